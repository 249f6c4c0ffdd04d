import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { clip, makeFolder, removeFolder } from '../../web-srv/src/media/clips.fixture.ts'
import { mediaLimits } from '../../web-srv/src/media/media-limits.ts'
import { faststart } from '../../web-srv/src/media/video/faststart.ts'
import { probe } from '../../web-srv/src/media/video/probe.ts'
import { dice } from '../dice.ts'
import { inLong } from '../faults/long.ts'
import { note } from '../goals.ts'
import { mutate, pick } from './mutate.ts'
import { demandNone, fuzzSeed, type Outcome, tries } from './tries.ts'

const count = inLong(10_000, 600)
const seed = fuzzSeed()
/** Of the processor: another process may have it meanwhile. */
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

function broken(i: number): Uint8Array {
  const roll = dice(seed * 400_009 + i)
  const film = pick(roll, films)
  // Half of them where the structure is, at either end.
  const cut = roll() < 0.5 ? Math.min(film.length, headBytes) : film.length
  return Buffer.concat([mutate(roll, film.subarray(0, cut)), film.subarray(cut)])
}

/** Undefined for what is refused for a reason; time is one only where something hangs. */
function bugOf(error: unknown): string | undefined {
  return error instanceof Failure && !/too long/.test(error.message) ? undefined : String(error)
}

let taken = 0

async function judge(i: number): Promise<Outcome> {
  const path = join(folder, `fuzz-${i}`)
  await writeFile(path, broken(i))
  const before = process.cpuUsage()
  const wrong = await probe(path, mediaLimits())
    .then(async ({ container }) => {
      taken++
      if (container !== 'webm') await faststart(path, `${path}.front`)
      return undefined
    })
    .catch(bugOf)
  const { user, system } = process.cpuUsage(before)
  const tookMs = (user + system) / 1000
  // What ffmpeg makes of one command is not the same everywhere, so a seed alone may not make the film again.
  const kept = join(tmpdir(), `fuzz-${seed}-${i}`)
  if (wrong || tookMs > longestMs) await copyFile(path, kept)
  await Promise.all([path, `${path}.front`].map((one) => rm(one, { force: true })))
  return { wrong: wrong && `${wrong}: ${kept}`, tookMs, what: kept }
}

test('videos broken anywhere are judged or refused, in time', async () => {
  expect(films.length).toBeGreaterThan(1)
  // One at a time, or the time of one would be told of another.
  const wrong = await tries({ count, concurrency: 1, longestMs, one: judge })
  note('R-17 MP4 and WebM', '0 crashes, hangs', `${wrong.length} of ${count}, seed ${seed}; ${taken} still a video`)
  demandNone(wrong, seed)
}, 900_000)
