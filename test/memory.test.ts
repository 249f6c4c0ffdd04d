import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { clip, ffmpeg, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { localDisk } from '../web-srv/src/media/store/storage.ts'
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
  const media = await localDisk(stack.mediaDir)
  const stored = (await media.read(video!.play_url.split('/').at(-1)!))!.content
  expect(stored.size).toBeGreaterThan(0.99 * uploadBytes)
  const last = await fetch(video!.play_url, { headers: { range: 'bytes=-7' } })
  expect(last.status).toBe(206)
  expect(last.headers.get('content-range')).toBe(`bytes ${stored.size - 7}-${stored.size - 1}/${stored.size}`)
  expect(await last.bytes()).toEqual(await stored.slice(-7).bytes())
}, 120_000)

test('HEAD returns the size of a video', async () => {
  const [video] = ok(await api(stack.base).get('/douyin/feed/')).video_list
  const whole = await fetch(video!.play_url)
  const head = await fetch(video!.play_url, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'))
  await whole.body?.cancel()
})

/** A video of at least 200 MiB: noise, which does not compress. */
async function bigClip(): Promise<string> {
  const noise = 'nullsrc=s=1280x720:d=4.5:r=30,noise=alls=100:allf=t+u'
  await ffmpeg(folder, '-f', 'lavfi', '-i', noise, '-preset', 'ultrafast', '-qp', '0', '-pix_fmt', 'yuv420p', 'big.mp4')
  const path = join(folder, 'big.mp4')
  expect(Bun.file(path).size).toBeGreaterThan(uploadBytes)
  return path
}

async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) * 1024
}
