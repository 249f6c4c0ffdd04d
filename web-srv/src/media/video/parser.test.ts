import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '@douyin/proto'
import { until } from '../../../../test/stack.ts'
import { busyMovie, clip, makeFolder, refusal, removeFolder, swollenMovie } from '../clips.fixture.ts'
import { mediaLimits } from '../media-limits.ts'
import { parserDefaults, videoParser } from './parser.ts'

const limits = mediaLimits()
let folder: string
beforeAll(async () => {
  folder = await makeFolder()
})
afterAll(() => removeFolder(folder))

const write = async (content: string | Uint8Array) => {
  const path = join(folder, crypto.randomUUID())
  await Bun.write(path, content)
  return path
}
const threads = async () => (await readdir('/proc/self/task')).length

test('a video that keeps the parser busy is rejected when time is up, and this process answers others meanwhile', async () => {
  const parser = videoParser({ ...parserDefaults, deadlineMs: 2000 })
  await using server = Bun.serve({ port: 0, fetch: () => new Response() })
  let result: unknown
  const probing = refusal(parser.probe(await write(busyMovie()), limits)).then((error) => {
    result = error
  })
  let answers = 0
  for (; result === undefined; answers++) await fetch(server.url)
  await probing
  expect(result).toBeInstanceOf(Failure)
  expect(result).toMatchObject({ reason: 'VIDEO_TOO_SLOW_TO_EXAMINE' })
  expect(answers).toBeGreaterThan(100)
}, 30_000)

test('a video for which the parser needs too much memory is rejected, and another one meanwhile is not', async () => {
  const parser = videoParser({ ...parserDefaults, maxGrowthBytes: 64 * 1024 * 1024 })
  const swollen = refusal(parser.probe(await write(swollenMovie()), limits))
  expect(await parser.probe(await clip(folder, 'plain.mp4'), limits)).toMatchObject({ container: 'mp4' })
  expect(await swollen).toMatchObject({ reason: 'VIDEO_DAMAGED' })
}, 30_000)

test('a worker that ends in the middle fails its own video alone', async () => {
  const script = await write(`onmessage = ({ data: { path } }) => {
    if (path === 'fatal') process.exit(3)
    setTimeout(() => postMessage({ result: path }), 100)
  }`)
  const { movedIndex } = videoParser({ ...parserDefaults, script })
  const results = ['first', 'fatal', 'second', 'fatal', 'third'].map((path) =>
    movedIndex(path).catch((error) => error.reason),
  )
  const damaged = 'VIDEO_DAMAGED'
  expect(await Promise.all<unknown>(results)).toEqual(['first', damaged, 'second', damaged, 'third'])
})

test('a worker ends when no video has come for a while', async () => {
  const path = await clip(folder, 'plain.mp4')
  const before = await threads()
  const parser = videoParser({ ...parserDefaults, idleMs: 100 })
  await parser.probe(path, limits)
  expect(await threads()).toBeGreaterThan(before)
  await until(async () => (await threads()) <= before)
  expect(await parser.probe(path, limits)).toMatchObject({ container: 'mp4' })
})

test('a file that cannot be read is an error of ours, not of the video', async () => {
  const error = await refusal(videoParser().probe(join(folder, 'missing'), limits))
  expect(error).not.toBeInstanceOf(Failure)
  expect(error).toMatchObject({ message: expect.stringContaining('ENOENT') })
})
