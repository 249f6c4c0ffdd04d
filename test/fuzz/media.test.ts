import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { clip, makeFolder, removeFolder } from '../../web-srv/src/media/clips.fixture.ts'
import { mediaLimits } from '../../web-srv/src/media/media-limits.ts'
import { faststart } from '../../web-srv/src/media/video/faststart.ts'
import { videoParser } from '../../web-srv/src/media/video/parser.ts'
import { longOrShort } from '../faults/run-length.ts'
import { recordFigure } from '../goal-table.ts'
import { seededRandom } from '../seeded-random.ts'
import { mutate, pick } from './mutate.ts'
import { expectNoProblems, fuzzSeed, type Outcome, runInputs } from './run-inputs.ts'

const count = longOrShort(10_000, 600)
const seed = fuzzSeed()
/** The limit of CPU time. Elapsed time depends on other processes. */
const longestMs = 2000
/** The length of the part that contains the format headers of a video. */
const headBytes = 3000
const parser = videoParser()

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
  const random = seededRandom(seed * 400_009 + i)
  const film = pick(random, films)
  // Half of the mutations hit only the headers at the start.
  const cut = random() < 0.5 ? Math.min(film.length, headBytes) : film.length
  return Buffer.concat([mutate(random, film.subarray(0, cut)), film.subarray(cut)])
}

/** Undefined for a rejection with a reason. A rejection because of time counts as a bug: something hangs. */
function bugOf(error: unknown): string | undefined {
  return error instanceof Failure && error.reason !== 'VIDEO_TOO_SLOW_TO_EXAMINE' ? undefined : String(error)
}

let accepted = 0

async function probeMutated(i: number): Promise<Outcome> {
  const path = join(folder, `fuzz-${i}`)
  await writeFile(path, broken(i))
  const before = process.cpuUsage()
  const wrong = await parser
    .probe(path, mediaLimits())
    .then(async ({ container }) => {
      accepted++
      const moved = container === 'webm' ? undefined : await parser.movedIndex(path)
      if (moved) await faststart(path, `${path}.front`, moved)
      return undefined
    })
    .catch(bugOf)
  const { user, system } = process.cpuUsage(before)
  const tookMs = (user + system) / 1000
  // The film is saved, since ffmpeg's output differs between machines and the seed may not reproduce it.
  const savedPath = join(tmpdir(), `fuzz-${seed}-${i}`)
  if (wrong || tookMs > longestMs) await copyFile(path, savedPath)
  await Promise.all([path, `${path}.front`].map((one) => rm(one, { force: true })))
  return { wrong: wrong && `${wrong}: ${savedPath}`, tookMs, what: savedPath }
}

test('mutated videos are accepted or rejected within the time limit', async () => {
  expect(films.length).toBeGreaterThan(1)
  // One at a time, since CPU time is measured for the whole process.
  const wrong = await runInputs({ count, concurrency: 1, longestMs, runInput: probeMutated })
  recordFigure(
    'R-17 MP4 and WebM',
    '0 crashes, hangs',
    `${wrong.length} of ${count}, seed ${seed}; ${accepted} still a video`,
  )
  expectNoProblems(wrong, seed)
}, 900_000)
