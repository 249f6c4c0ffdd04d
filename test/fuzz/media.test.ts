import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { clip, makeFolder, removeFolder } from '../../web-srv/src/media/clips.fixture.ts'
import { faststart } from '../../web-srv/src/media/faststart.ts'
import { mediaLimits } from '../../web-srv/src/media/limits.ts'
import { probe } from '../../web-srv/src/media/probe.ts'
import { dice } from '../dice.ts'
import { inLong } from '../faults/long.ts'
import { note } from '../goals.ts'
import { mutate, pick, tries } from './mutate.ts'

const count = inLong(10_000, 600)
const seed = Number(Bun.env.FUZZ_SEED || Date.now() % 100_000)
const longestMs = 2000
/** Where a video says what it is. */
const headBytes = 3000

let folder: string
let films: Uint8Array[]
beforeAll(async () => {
  folder = await makeFolder()
  const names = ['front.mp4', 'fragments.mp4', 'ladder.mov', 'vp8.webm', 'vp9.webm'] as const
  const paths = await Promise.all(names.map((name) => clip(folder, name)))
  films = await Promise.all(paths.map((path) => Bun.file(path).bytes()))
}, 60_000)
afterAll(() => removeFolder(folder))

test('videos broken anywhere are judged or refused, in time', async () => {
  expect(films.length).toBeGreaterThan(1)
  let taken = 0
  const wrong = await tries(count, 4, async (i) => {
    const roll = dice(seed * 400_009 + i)
    const film = pick(roll, films)
    // Half of them where the structure is, at either end.
    const cut = roll() < 0.5 ? Math.min(film.length, headBytes) : film.length
    const broken = Buffer.concat([mutate(roll, film.subarray(0, cut)), film.subarray(cut)])
    const path = join(folder, `fuzz-${i}`)
    await writeFile(path, broken)
    const begun = performance.now()
    const told = await probe(path, mediaLimits())
      .then(
        async ({ container }) => {
          taken++
          if (container !== 'webm') await faststart(path, `${path}.front`)
        },
        (error) => (error instanceof Failure ? undefined : String(error)),
      )
      .catch((error) => (error instanceof Failure ? undefined : `faststart: ${error}`))
    const ms = performance.now() - begun
    await Promise.all([path, `${path}.front`].map((one) => rm(one, { force: true })))
    return told ?? (ms > longestMs ? `${ms.toFixed(0)} ms` : undefined)
  })
  note('R-17 MP4 and WebM', '0 crashes, hangs', `${wrong.length} of ${count}, seed ${seed}; ${taken} still a video`)
  expect(wrong.slice(0, 5)).toEqual([])
}, 900_000)
