import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { api, ok } from '../test/api.ts'
import { type Stack, startStack } from '../test/stack.ts'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'

let folder: string
let stack: Stack
beforeAll(async () => {
  folder = await makeFolder()
  stack = await startStack()
}, 60_000)
afterAll(async () => {
  await stack?.stop()
  await removeFolder(folder)
})

test('bun run seed --folder publishes the videos of a folder under their names, and prints which were rejected', async () => {
  const films = join(folder, 'films')
  await mkdir(join(films, 'summer'), { recursive: true })
  await copyFile(await clip(folder, 'plain.mp4'), join(films, 'summer', '海边 day 1.MP4'))
  await copyFile(await clip(folder, 'ladder.mov'), join(films, 'arrival.mov'))
  await Bun.write(join(films, 'broken.mp4'), 'not a video')
  await Bun.write(join(films, 'notes.txt'), 'not meant to be one')
  const [, userPort] = stack.userAddress.split(':')
  const [, feedPort] = stack.feedAddress.split(':')
  const seed = Bun.spawn([process.execPath, 'dev/seed.ts', '--users', '3', '--folder', films], {
    cwd: join(import.meta.dir, '..'),
    env: { ...process.env, USER_GRPC_PORT: userPort, FEED_GRPC_PORT: feedPort, MEDIA_DIR: stack.mediaDir },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const texts = [new Response(seed.stdout).text(), new Response(seed.stderr).text()]
  const [output = '', errors = ''] = await Promise.all(texts)
  expect(await seed.exited).toBe(0)
  expect(output).toContain('videos: 3')
  expect(errors).toContain('broken.mp4: ')
  expect(errors.trim().split('\n').length).toBe(1)
  const { video_list } = ok(await api(stack.base).get('/douyin/feed/'))
  expect(video_list.map(({ title }) => title).toSorted()).toEqual(['arrival', '海边 day 1'])
  expect((await fetch(video_list[0]!.cover_url)).headers.get('content-type')).toBe('image/jpeg')
}, 60_000)
