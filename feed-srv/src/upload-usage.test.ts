import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const upload = async (userId: number, bytes?: number, upload_id?: string) => {
  const video = { userId, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 'a walk', bytes, upload_id }
  return (await fixture.feed.createVideo(video)).videoId[0]!
}
const usage = (user_id: number) => fixture.feed.getUploadUsage({ user_id, upload_id: '' })

test('uploads of a user within a day count, deleted ones too, and those of others or of earlier do not', async () => {
  expect(await usage(1)).toEqual({ uploads: 0, bytes: 0 })
  const old = await upload(1, 1000)
  await fixture.fresh.query('update video set upload_time = upload_time - 86400001 where id = ?', [old])
  const deleted = await upload(1, 2 ** 33)
  await upload(1, 5)
  await upload(1)
  await upload(2, 7)
  await fixture.feed.deleteVideo({ user_id: 1, video_id: deleted })
  expect(await usage(1)).toEqual({ uploads: 3, bytes: 2 ** 33 + 5 })
  expect(await usage(2)).toEqual({ uploads: 1, bytes: 7 })
})

test('a retried upload counts once', async () => {
  for (let i = 0; i < 3; i++) await upload(3, 10, 'again')
  expect(await usage(3)).toEqual({ uploads: 1, bytes: 10 })
})

test('the video of an upload_id does not count for that upload_id: a retry needs no space', async () => {
  await upload(5, 10, 'first')
  await upload(5, 20, 'second')
  await upload(6, 30, 'first')
  const usageFor = (upload_id: string) => fixture.feed.getUploadUsage({ user_id: 5, upload_id })
  expect(await usageFor('second')).toEqual({ uploads: 1, bytes: 10 })
  expect(await usageFor('third')).toEqual({ uploads: 2, bytes: 30 })
})

test('an invalid size is rejected', async () => {
  for (const bytes of [-1, 2 ** 60]) expect(await outcome(upload(4, bytes))).toBe(status.INVALID_ARGUMENT)
})
