import { afterAll, beforeAll, expect, test } from 'bun:test'
import { appendFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { api, ok, type Person } from './api.ts'
import { type Stack, startStack } from './stack.ts'

const mebi = 1024 * 1024
const uploadBytes = 200 * mebi
const growthLimit = 64 * mebi

let stack: Stack
let folder: string
let person: Person

beforeAll(async () => {
  if (process.platform !== 'linux') throw new Error('this test reads memory from /proc: run it on Linux')
  folder = await makeFolder()
  stack = await startStack()
  person = await api(stack.base).register('uploader')
  // The memory that only the first upload allocates does not count.
  ok(await api(stack.base).publish(person, 'small', Bun.file(await clip(folder, 'plain.mp4'))))
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  if (folder) await removeFolder(folder)
})

test('an upload of 200 MiB takes at most 64 MiB of memory, and its last bytes can be read by range', async () => {
  const path = await bigClip()
  const { publish, get } = api(stack.base)
  const pid = stack.processes['web-srv'].pid
  await Bun.write(`/proc/${pid}/clear_refs`, '5') // resets VmHWM
  const before = await memory(pid, 'VmRSS')
  ok(await publish(person, 'big', Bun.file(path)))
  const grown = (await memory(pid, 'VmHWM')) - before
  console.log(`an upload of 200 MiB: web-srv grew by ${(grown / mebi).toFixed(1)} MiB`)
  expect(grown / mebi).toBeLessThanOrEqual(growthLimit / mebi)

  const [video] = ok(await get('/douyin/feed/')).video_list
  const last = await fetch(video!.play_url, { headers: { range: 'bytes=-7' } })
  expect(last.status).toBe(206)
  expect(last.headers.get('content-range')).toBe(`bytes ${uploadBytes - 7}-${uploadBytes - 1}/${uploadBytes}`)
  expect(await last.text()).toBe('THE END')
}, 120_000)

test('HEAD returns the size of a video', async () => {
  const [video] = ok(await api(stack.base).get('/douyin/feed/')).video_list
  const whole = await fetch(video!.play_url)
  const head = await fetch(video!.play_url, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'))
  await whole.body?.cancel()
})

/** A valid video with a `free` box at its end that fills it up to 200 MiB. */
async function bigClip(): Promise<string> {
  const path = join(folder, 'big.mp4')
  await Bun.write(path, Bun.file(join(folder, 'plain.mp4')))
  const ending = 'THE END'
  const freeBytes = uploadBytes - Bun.file(path).size
  const header = Buffer.alloc(8, 'free', 'latin1')
  header.writeUInt32BE(freeBytes)
  header.write('free', 4)
  await appendFile(path, header)
  await truncate(path, uploadBytes - ending.length)
  await appendFile(path, ending)
  return path
}

async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) * 1024
}
