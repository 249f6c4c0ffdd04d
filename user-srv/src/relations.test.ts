import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let user: Fixture['user']
let register: Fixture['register']
let profile: Fixture['profile']
let like: Fixture['like']
let relate: Fixture['relate']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ user, register, profile, like, relate } = fixture)
})
afterAll(() => fixture.close())

test('following twice counts once, and unfollowing without a follow changes nothing', async () => {
  const [a, b] = [await register('follow a'), await register('follow b')]
  await relate(a, b, 1)
  await relate(a, b, 1)
  expect([(await profile(a)).follow_count, (await profile(b)).follower_count]).toEqual([1, 1])
  await relate(a, b, 2)
  await relate(a, b, 2)
  expect([(await profile(a)).follow_count, (await profile(b)).follower_count]).toEqual([0, 0])
})

test('following oneself or a missing user, or with another action, is rejected', async () => {
  const a = await register('refused')
  expect(await outcome(relate(a, a, 1))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(relate(a, 99_999, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(relate(99_999, a, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(relate(a, 1, 3))).toBe(status.INVALID_ARGUMENT)
})

test('follows and followers are listed newest first, whole or by pages', async () => {
  const [star, ...fans] = await Promise.all(Array.from({ length: 6 }, (_, i) => register(`fan ${i}`)))
  for (const fan of fans) await relate(fan, star!, 1)
  const newest = fans.toReversed()
  expect((await user.getUserFollowers({ user_id: [star!], profile_only: false })).FollowerId).toEqual(newest)
  expect((await user.getUserFollows({ user_id: [fans[0]!], profile_only: false })).FollowId).toEqual([star!])
  const first = await user.listFollowers({ user_id: star!, limit: 3 })
  const rest = await user.listFollowers({ user_id: star!, limit: 3, after: first.next })
  expect([...first.id, ...rest.id]).toEqual(newest)
  expect(rest.next).toBeNull()
  expect(await outcome(user.listFollows({ user_id: 99_999, limit: 3 }))).toBe(status.NOT_FOUND)
})

test('a viewer’s facts are the likes and follows among the requested ids', async () => {
  const [viewer, star] = [await register('viewer'), await register('star')]
  await like(viewer, 5, 1)
  await relate(viewer, star, 1)
  const facts = await user.getViewerFacts({ viewer_id: viewer, video_id: [5, 6], user_id: [star, viewer] })
  expect(facts).toEqual({ liked_video_id: [5], followed_user_id: [star] })
})

test('a page of follows has up to 10,000 users', async () => {
  const busy = await register('follows thousands')
  const rows = Array.from({ length: 10_050 }, (_, i) => [busy, 1_000_000 + i, 1000 + i])
  await fixture.fresh.query('insert into follow (follower_id, followed_id, create_time) values ?', [rows])
  const { id, next } = await user.listFollows({ user_id: busy, limit: 10_000 })
  expect([id.length, id[0], id.at(-1), next?.id]).toEqual([10_000, 1_010_049, 1_000_050, 1_000_050])
  expect((await user.listFollows({ user_id: busy, limit: 0 })).id).toHaveLength(1000)
  expect(await outcome(user.listFollows({ user_id: busy, limit: 10_001 }))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(user.listFollowers({ user_id: busy, limit: 1001 }))).toBe(status.INVALID_ARGUMENT)
})
