import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
import { until } from '../../test/stack.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let feed: Fixture['feed']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ feed } = fixture)
})
afterAll(() => fixture.close())

const create = async (userId: number, playUrl: string, coverUrl: string) =>
  (await feed.createVideo({ userId, playUrl, coverUrl, title: 'a title' })).videoId[0]!
const rows = async (table: string, where: string, id: number) =>
  Number((await fixture.fresh.query(`select count(*) as n from ${table} where ${where} = ?`, [id]))[0]?.n)
const deletedAgo = (id: number, ms: number) =>
  fixture.fresh.query('update video set delete_time = ? where id = ?', [Date.now() - ms, id])

test('a key is in use as long as a video that is not deleted names it', async () => {
  const id = await create(1, 'one.mp4', 'shared.jpg')
  await create(2, 'two.mp4', 'shared.jpg')
  await create(2, 'https://elsewhere.example/three.mp4', 'three.jpg')
  await feed.deleteVideo({ user_id: 1, video_id: id })
  const { key } = await feed.findUsedKeys({ key: ['one.mp4', 'shared.jpg', 'three.mp4', 'three.jpg', 'none.mp4', ''] })
  expect(key.toSorted()).toEqual(['shared.jpg', 'three.jpg'])
  expect(await feed.findUsedKeys({ key: [] })).toEqual({ key: [] })
  const many = Array.from({ length: 1001 }, (_, i) => `${i}.mp4`)
  expect(await outcome(feed.findUsedKeys({ key: many }))).toBe(status.INVALID_ARGUMENT)
})

test('a deleted video is purged with all its comments after the grace period, and not before', async () => {
  const [gone, recent, kept] = [
    await create(3, 'gone.mp4', 'gone.jpg'),
    await create(3, 'recent.mp4', 'recent.jpg'),
    await create(3, 'kept.mp4', 'kept.jpg'),
  ]
  // More than one round can delete.
  const comments = Array.from({ length: 2500 }, (_, i) => [i < 2400 ? gone : kept, 4, `comment ${i}`, i])
  await fixture.fresh.query('insert into comment (video_id, user_id, text, create_time) values ?', [comments])
  for (const video_id of [gone, recent]) await feed.deleteVideo({ user_id: 3, video_id })
  await deletedAgo(recent, 50_000)
  await deletedAgo(gone, 70_000)
  fixture.videoPurge.wake()
  await until(async () => (await rows('video', 'id', gone)) === 0)
  expect(await rows('comment', 'video_id', gone)).toBe(0)
  expect(await rows('comment', 'video_id', kept)).toBe(100)
  expect([await rows('video', 'id', recent), await rows('video', 'id', kept)]).toEqual([1, 1])
})
