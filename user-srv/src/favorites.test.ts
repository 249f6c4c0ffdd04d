import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
import { until } from '../../test/stack.ts'
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

const likesOf = async (video: number) =>
  Number((await fixture.fresh.query('select count(*) as n from favorite where video_id = ?', [video]))[0]?.n)

/** The videos of each row of the outbox. */
const outbox = async () =>
  (await fixture.fresh.query('select video_ids from like_count_outbox order by id')).map((row) => String(row.video_ids))

/** The likes of a video as pages show them. */
async function shownLikes(video: number): Promise<number | undefined> {
  const { like_counts } = await user.getPageFacts({ user_id: [], video_id: [video] })
  return like_counts[0]?.count
}

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

test('liking twice counts once, a page shows it when the like is answered, and feed-srv gets it within a second', async () => {
  const fan = await register('likes')
  await like(fan, 1, 1)
  await like(fan, 1, 1)
  expect([await shownLikes(1), (await profile(fan)).favorite_count]).toEqual([1, 1])
  const answeredAt = performance.now()
  await until(async () => fixture.feed.shown(1) === 1)
  expect(performance.now() - answeredAt).toBeLessThan(1000)
  await like(fan, 1, 2)
  await like(fan, 1, 2)
  expect(await shownLikes(1)).toBe(0)
  await until(async () => fixture.feed.shown(1) === 0)
  expect(await outcome(like(fan, 1000, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(like(99_999, 1, 1))).toBe(status.NOT_FOUND)
  expect(await outcome(like(fan, 1, 0))).toBe(status.INVALID_ARGUMENT)
})

test('64 clients that toggle one video leave a count equal to the rows', async () => {
  const fans = await Promise.all(Array.from({ length: 8 }, (_, i) => register(`toggle ${i}`)))
  await Promise.all(Array.from({ length: 640 }, (_, i) => like(fans[i % 8]!, 2, 1 + (((i * 7919) >> 3) % 2))))
  const likes = await likesOf(2)
  expect(await shownLikes(2)).toBe(likes)
  await until(async () => fixture.feed.shown(2) === likes)
})

test('likes of known videos are accepted while feed-srv is away, and reach it when it is back', async () => {
  const [fan, other] = [await register('away'), await register('away too')]
  await like(fan, 3, 1)
  await until(async () => fixture.feed.shown(3) === 1)
  fixture.feed.isUnreachable = true
  await like(other, 3, 1)
  expect(await outcome(like(fan, 4, 1))).toBe(status.UNAVAILABLE)
  expect([await shownLikes(3), fixture.feed.shown(3)]).toEqual([2, 1])
  fixture.feed.isUnreachable = false
  await until(async () => fixture.feed.shown(3) === 2)
})

test('a deleted video gets no like, also if only feed-srv knows of the deletion, and unliking it succeeds', async () => {
  const [fan, other] = [await register('deleted'), await register('deleted too')]
  const isGone = async (video: number) => (await outcome(like(other, video, 1))) === status.NOT_FOUND
  await like(fan, 41, 1)
  for (const video of [41, 42]) {
    fixture.feed.deleted.add(video)
    await user.noteVideoDeleted({ video_id: video })
  }
  expect([await isGone(41), await isGone(42)]).toEqual([true, true])
  expect(await outcome(like(fan, 41, 2))).toBe('success')
  // No call of noteVideoDeleted reported this one.
  await like(fan, 43, 1)
  fixture.feed.deleted.add(43)
  await like(other, 43, 1)
  await like(other, 43, 2)
  await until(() => isGone(43))
})

test('unliking a missing or never liked video succeeds, changes nothing, and calls no service', async () => {
  const fan = await register('unlikes')
  fixture.feed.isUnreachable = true
  for (const video of [1000, 44]) await like(fan, video, 2)
  fixture.feed.isUnreachable = false
  expect(await fixture.fresh.query('select * from favorite_total where video_id in (1000, 44)')).toEqual([])
  // In one call the order counts, also where the like has to wait for what feed-srv says.
  const actions = [1, 2, 1, 2].map((actionType, i) => ({ userId: fan, videoId: i < 2 ? 1000 : 45, actionType }))
  const { outcomes } = await user.favoriteActions({ actions })
  expect(outcomes.map(({ code }) => code)).toEqual([status.NOT_FOUND, 0, 0, 0])
  expect(await outcome(like(99_999, 1000, 2))).toBe(status.NOT_FOUND)
  expect([(await profile(fan)).favorite_count, await likesOf(45)]).toEqual([0, 0])
})

test('a row of the outbox stays until feed-srv has taken its counts', async () => {
  const fan = await register('outbox')
  await like(fan, 11, 1)
  await like(fan, 12, 1)
  await until(async () => (await outbox()).length === 0)
  fixture.feed.isUnreachable = true
  await like(fan, 12, 2)
  const refused = fixture.feed.refused
  await until(async () => fixture.feed.refused > refused + 1)
  expect(await outbox()).toEqual(['12'])
  fixture.feed.isUnreachable = false
  await until(async () => (await outbox()).length === 0)
  expect([fixture.feed.shown(11), fixture.feed.shown(12)]).toEqual([1, 0])
})

test('the counts of many videos reach feed-srv in calls of at most 100', async () => {
  await until(async () => (await outbox()).length === 0)
  fixture.feed.callSizes.length = 0
  const videos = Array.from({ length: 450 }, (_, i) => 200 + i)
  const totals = videos.map((video) => [video, video, 1])
  await fixture.fresh.query('insert into favorite_total (video_id, count, version) values ?', [totals])
  await fixture.fresh.query('insert into like_count_outbox (create_time, video_ids) values (0, ?)', [videos.join()])
  await until(async () => (await outbox()).length === 0)
  expect(videos.map(fixture.feed.shown)).toEqual(videos)
  expect(fixture.feed.callSizes.reduce((sum, size) => sum + size)).toBe(450)
  expect(Math.max(...fixture.feed.callSizes)).toBe(100)
})

test('a like that changes nothing leaves no row in the outbox', async () => {
  const fan = await register('again')
  await like(fan, 51, 1)
  await until(async () => (await outbox()).length === 0)
  fixture.feed.isUnreachable = true
  await like(fan, 51, 1)
  expect(await outbox()).toEqual([])
  fixture.feed.isUnreachable = false
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

test('likes of one call share a commit, and each has its own outcome', async () => {
  const [a, b] = [await register('liker a'), await register('liker b')]
  const action = (userId: number, videoId: number, actionType: number) => ({ userId, videoId, actionType })
  const { outcomes } = await user.favoriteActions({
    actions: [
      action(a, 21, 1),
      action(a, 21, 1),
      action(b, 21, 1),
      action(b, 21, 2),
      action(b, 22, 2),
      action(b, 22, 1),
      action(a, 1000, 1),
      action(99_999, 21, 1),
    ],
  })
  const wrong = [status.NOT_FOUND, status.NOT_FOUND]
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, ...wrong])
  expect([await shownLikes(21), await shownLikes(22)]).toEqual([1, 1])
  const unclear = { actions: [action(a, 23, 1), action(a, 21, 3)] }
  expect(await outcome(user.favoriteActions(unclear))).toBe(status.INVALID_ARGUMENT)
  await until(async () => fixture.feed.shown(21) === 1 && fixture.feed.shown(22) === 1)
  expect([(await profile(a)).favorite_count, (await profile(b)).favorite_count]).toEqual([1, 1])
  const rows = await fixture.fresh.query('select user_id from favorite where video_id in (21, 22) order by video_id')
  expect(rows.map((row) => row.user_id)).toEqual([a, b])
})

test('each of many viewers in one call gets the same facts as alone', async () => {
  const [a, b, c] = [await register('asks a'), await register('asks b'), await register('asks c')]
  await Promise.all([like(a, 31, 1), like(b, 32, 1), like(c, 31, 1), relate(a, c, 1), relate(c, b, 1)])
  const questions = [
    { viewer_id: [a, b], video_id: [31, 32], user_id: [c] },
    { viewer_id: [c, a], video_id: [32], user_id: [b, c] },
  ]
  const { facts } = await user.getViewersFacts({ questions })
  const alone = questions.flatMap(({ viewer_id, ...about }) =>
    viewer_id.map((id) => user.getViewerFacts({ viewer_id: id, ...about })),
  )
  expect(facts).toEqual(await Promise.all(alone))
  expect(facts.map((one) => one.liked_video_id)).toEqual([[31], [32], [], []])
})
