import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { executables } from './build.ts'
import { type Stack, startStack } from './stack.ts'

let folder: string
let stack: Stack
beforeAll(async () => {
  folder = await makeFolder()
  stack = await startStack({ executables: await executables() })
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await removeFolder(folder)
})

test('the compiled executables make their tables, take a video and show it in the feed', async () => {
  const register = await send('/douyin/user/register/?username=compiled&password=secret1', { method: 'POST' })
  const form = new FormData()
  form.set('data', Bun.file(await clip(folder, 'plain.mp4')))
  form.set('title', '编译后')
  const published = await send(`/douyin/publish/action/?token=${register.token}`, { method: 'POST', body: form })
  expect(published).toEqual({ status_code: 0, status_msg: 'success' })
  const { video_list } = (await send('/douyin/feed/')) as { video_list: { title: string; play_url: string }[] }
  expect(video_list.map((video) => video.title)).toEqual(['编译后'])
  const playing = await fetch(video_list[0]!.play_url, { headers: { range: 'bytes=4-7' } })
  expect([playing.status, await playing.text()]).toEqual([206, 'ftyp'])
})

test('they stop with code 0 on SIGTERM', async () => {
  for (const one of Object.values(stack.processes)) one.kill('SIGTERM')
  expect(await Promise.all(Object.values(stack.processes).map((one) => one.exited))).toEqual([0, 0, 0])
})

async function send(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  return (await (await fetch(`${stack.base}${path}`, init)).json()) as Record<string, unknown>
}
