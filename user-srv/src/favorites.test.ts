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

test('rows of one ms are neither lost nor repeated at the border of a page', async () => {
  const fan = await register('one ms')
  const rows = Array.from({ length: 7 }, (_, i) => [fan, 100 + i, 5000])
  await fixture.fresh.query('insert into favorite (user_id, video_id, create_time) values ?', [rows])
  const seen: number[] = []
  for (let after: { time: number; id: number } | null | undefined; ; ) {
    const page = await user.listFavorites({ user_id: fan, limit: 2, after })
    seen.push(...page.id)
    after = page.next
    if (!after) break
  }
  expect(seen).toEqual([106, 105, 104, 103, 102, 101, 100])
})

test('liking twice counts once, and the count is there when the like is answered', async () => {
  const fan = await register('likes')
  await like(fan, 1, 1)
  await like(fan, 1, 1)
  expect(fixture.feed.shown(1)).toBe(1)
  expect((await profile(fan)).favorite_count).toBe(1)
  await like(fan, 1, 2)
  await like(fan, 1, 2)
  expect(fixture.feed.shown(1)).toBe(0)
  expect(await outcome(like(fan, 1000, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(like(99_999, 1, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(like(fan, 1, 0))).toBe(status.INVALID_ARGUMENT)
})

test('64 clients that toggle one video leave a count equal to the rows', async () => {
  const fans = await Promise.all(Array.from({ length: 8 }, (_, i) => register(`toggle ${i}`)))
  await Promise.all(Array.from({ length: 640 }, (_, i) => like(fans[i % 8]!, 2, 1 + (((i * 7919) >> 3) % 2))))
  await fixture.counts.settled(5000)
  const [row] = await fixture.fresh.query('select count(*) as likes from favorite where video_id = 2')
  expect(fixture.feed.shown(2)).toBe(Number(row?.likes))
})

test('likes are taken while feed-srv is away, and counted when it is back', async () => {
  const [fan, other] = [await register('away'), await register('away too')]
  await like(fan, 3, 1)
  fixture.feed.isAway = true
  await like(other, 3, 1)
  expect(await outcome(like(fan, 4, 1))).toBe(status.UNAVAILABLE)
  expect(fixture.feed.shown(3)).toBe(1)
  fixture.feed.isAway = false
  await fixture.counts.settled(5000)
  expect(fixture.feed.shown(3)).toBe(2)
})

test('a client of the seed finds the lists in the user, and never a password', async () => {
  const [a, b] = [await register('lists a'), await register('lists b')]
  await relate(a, b, 1)
  await like(a, 7, 1)
  await like(a, 8, 1)
  const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: [a, b], profile_only: false })
  expect(userDetailInfoList[0]).toMatchObject({
    follows: [b],
    followers: [],
    FavList: [8, 7],
    Videos: [a * 10],
    passward: '',
    total_favorited: 2,
    work_count: 1,
  })
  expect(userDetailInfoList[1]).toMatchObject({ follows: [], followers: [a], FavList: [] })
  expect((await user.getUserVideoList({ user_id: [a, b], profile_only: false })).videoId).toEqual([a * 10, b * 10])
})
