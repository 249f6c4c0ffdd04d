import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { status, type VideoInfoList } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let feed: Fixture['feed']
let publish: Fixture['publish']
let video: Fixture['video']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ feed, publish, video } = fixture)
})
afterAll(() => fixture.close())

test('publish times are unique and grow, also when many publish at once', async () => {
  await Promise.all(Array.from({ length: 65 }, () => publish(1)))
  const { videoInfos } = await feed.getVideos({ time: 0, limit: 1000, without_comment_list: true })
  const times = videoInfos.map((video) => video.create_time)
  expect(times.length).toBeGreaterThanOrEqual(65)
  expect(times).toEqual([...new Set(times)].sort((a, b) => b - a))
})

test('paging by next_time gives every video once', async () => {
  const author = 2
  const ids = await Promise.all(Array.from({ length: 7 }, () => publish(author)))
  const seen: number[] = []
  for (let time = 0; ; ) {
    const page = await feed.listAuthorVideos({ user_id: author, limit: 3, before_time: time })
    if (page.videoInfos.length === 0) break
    seen.push(...page.videoInfos.map((video) => video.id))
    time = page.next_time
  }
  expect(seen.sort()).toEqual(ids.sort())
})

test('a time in seconds, in ms, in the future or none all find the newest video', async () => {
  const id = await publish(3)
  const later = Date.now() + 10_000
  for (const time of [0, -1, later, Math.ceil(later / 1000), 9e15]) {
    const { videoInfos } = await feed.getVideos({ time, limit: 0, without_comment_list: true })
    expect([time, videoInfos[0]?.id]).toEqual([time, id])
  }
})

test('pages that are asked for together are each as alone, in the order asked; over 1000 videos are refused', async () => {
  await Promise.all(Array.from({ length: 5 }, () => publish(6)))
  const { videoInfos } = await feed.getVideos({ time: 0, limit: 5, without_comment_list: true })
  const pages = videoInfos.map(({ create_time }, i) => ({ time: create_time, limit: i, without_comment_list: i > 2 }))
  const alone = await Promise.all(pages.map((page) => feed.getVideos(page)))
  expect(await feed.getVideoPages({ pages })).toEqual({ pages: alone })
  expect(await feed.getVideoPages({ pages: [] })).toEqual({ pages: [] })
  const full = { time: 0, limit: 500, without_comment_list: true }
  expect((await feed.getVideoPages({ pages: [full, full] })).pages).toHaveLength(2)
  expect(await outcome(feed.getVideoPages({ pages: [full, full, { ...full, limit: 1 }] }))).toBe(
    status.INVALID_ARGUMENT,
  )
})

describe('where publish times run an hour ahead of the clock', () => {
  const author = 8
  const hourMs = 3_600_000
  let ids: number[]
  beforeAll(async () => {
    await fixture.fresh.query('update publish_clock set last_time = ?', [Date.now() + hourMs])
    ids = []
    for (let i = 0; i < 7; i++) ids.unshift(await publish(author))
    // What was a cursor stays one, also when its video is taken away.
    await feed.deleteVideo({ user_id: author, video_id: ids[2]! })
  })
  afterAll(async () => {
    await fixture.fresh.query('delete from video where user_id = ?', [author])
    await fixture.fresh.query('update publish_clock set last_time = ?', [Date.now()])
  })

  const pages: Record<string, (time: number) => Promise<VideoInfoList>> = {
    'the feed': (time) => feed.getVideos({ time, limit: 2, without_comment_list: true }),
    'pages asked for together': async (time) =>
      (await feed.getVideoPages({ pages: [{ time, limit: 2, without_comment_list: true }] })).pages[0]!,
    'the feed of some authors': (time) => feed.listVideosOf({ user_id: [author, 3], time, limit: 2 }),
  }
  for (const [name, ask] of Object.entries(pages)) {
    test(`${name} is paged through by next_time, each video once and to its end`, async () => {
      const seen: number[] = []
      for (let time = 0, page = await ask(0); page.next_time !== 0; time = page.next_time, page = await ask(time)) {
        seen.push(...page.videoInfos.map((video) => video.id))
        expect(seen).toEqual([...new Set(seen)])
      }
      expect(seen.slice(0, 6)).toEqual(ids.filter((id) => id !== ids[2]))
    })

    test(`a time of the future that was never given out still means the newest of ${name}`, async () => {
      const { videoInfos } = await ask(0)
      for (const time of [Date.now() + 1000, Date.now() + hourMs - 1000, Date.now() + 2 * hourMs, 9e15])
        expect((await ask(time)).videoInfos[0]?.id).toBe(videoInfos[0]!.id)
    })
  }

  test('the time of a deleted video goes on as a cursor', async () => {
    const [{ publish_time } = { publish_time: 0 }] = await fixture.fresh.query(
      'select publish_time from video where id = ?',
      [ids[2]],
    )
    const { videoInfos } = await feed.getVideos({ time: Number(publish_time), limit: 1, without_comment_list: true })
    expect(videoInfos[0]?.id).toBe(ids[3]!)
  })
})

test('an empty page has no next time', async () => {
  expect(await feed.getVideos({ time: 1, limit: 30, without_comment_list: true })).toEqual({
    videoInfos: [],
    next_time: 0,
    authors: [],
  })
})

test('videos come in the order asked, without those that are gone', async () => {
  const [first, second] = [await publish(4), await publish(4)]
  const { videoInfos } = await feed.getVideoList({ videoId: [second, 999_999, first], without_comment_list: true })
  expect(videoInfos.map((video) => video.id)).toEqual([second, first])
})

test('which videos are there is told in the order asked, one that is deleted not among them', async () => {
  const [first, second, third] = [await publish(4), await publish(4), await publish(4)]
  await feed.deleteVideo({ user_id: 4, video_id: second })
  const ask = (videoId: number[]) => feed.findVideos({ videoId, without_comment_list: true })
  expect((await ask([third, second, 999_999, first])).videoId).toEqual([third, first])
  expect((await ask([])).videoId).toEqual([])
  expect(await outcome(ask(Array.from({ length: 1001 }, (_, i) => i + 1)))).toBe(status.INVALID_ARGUMENT)
})

test('what a caller may set of a question is in no answer', async () => {
  const answer = await feed.createVideo({ userId: 90, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 'flag' })
  const asked = { videoId: answer.videoId, without_comment_list: true }
  expect([answer, await feed.findVideos(asked)]).toEqual(Array(2).fill({ ...asked, without_comment_list: false }))
})

test('an update changes only what it is given', async () => {
  const id = await publish(5)
  const before = await video(id)
  await feed.updateVideoInfo({
    ...before,
    playUrl: '',
    coverUrl: '',
    title: 'new 标题',
    favorite_count: 9,
    comment_count: 9,
  })
  expect(await video(id)).toEqual({ ...before, title: 'new 标题' })
  expect(await outcome(feed.updateVideoInfo({ ...before, id: 999_999 }))).toBe(status.NOT_FOUND)
})

test('a title is refused when blank or too long, and kept as given', async () => {
  expect(await outcome(publish(6, '   '))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(publish(6, '字'.repeat(256)))).toBe(status.INVALID_ARGUMENT)
  const title = ` ${'🎬'.repeat(255)} `
  expect((await video(await publish(6, title))).title).toBe(title)
})

test('work_count counts the videos of an author', async () => {
  await Promise.all(Array.from({ length: 5 }, () => publish(7)))
  expect(await feed.batchGetAuthorStats({ user_id: [7, 999_999] })).toEqual({
    authors: [{ user_id: 7, work_count: 5, total_favorited: 0 }],
  })
})

test('a published count replaces an older one, and is passed over when it comes late or twice', async () => {
  const [a, b] = [await publish(8), await publish(8)]
  const tell = (count: number, version: number) =>
    feed.publishFavoriteCounts({
      counts: [
        { video_id: a, count, version },
        { video_id: 999_999, count: 1, version: 1 },
      ],
    })
  await tell(3, 2)
  await tell(1, 1)
  await tell(3, 2)
  await feed.publishFavoriteCounts({ counts: [{ video_id: b, count: 4, version: 1 }] })
  expect((await video(a)).favorite_count).toBe(3)
  const { authors } = await feed.batchGetAuthorStats({ user_id: [8] })
  expect(authors[0]?.total_favorited).toBe(7)
})

test('a deleted video is gone at once from every list, for new comments and from the counts', async () => {
  const [gone, kept] = [await publish(11), await publish(11)]
  await feed.publishFavoriteCounts({ counts: [{ video_id: gone, count: 5, version: 1 }] })
  expect(await outcome(feed.deleteVideo({ user_id: 12, video_id: gone }))).toBe(status.PERMISSION_DENIED)
  await feed.deleteVideo({ user_id: 11, video_id: gone })
  expect(await outcome(feed.deleteVideo({ user_id: 11, video_id: gone }))).toBe(status.NOT_FOUND)
  const ids = ({ videoInfos }: VideoInfoList) => videoInfos.map((one) => one.id)
  expect(ids(await feed.listAuthorVideos({ user_id: 11, limit: 0, before_time: 0 }))).toEqual([kept])
  expect(ids(await feed.getVideoList({ videoId: [gone, kept], without_comment_list: true }))).toEqual([kept])
  expect(ids(await feed.getVideos({ time: 0, limit: 1000, without_comment_list: true }))).not.toContain(gone)
  expect(ids(await feed.listVideosOf({ user_id: [11], time: 0, limit: 0 }))).toEqual([kept])
  const { authors } = await feed.batchGetAuthored({ user_id: [11] })
  expect(authors[0]).toMatchObject({ video_id: [kept], work_count: 1, total_favorited: 0 })
  const comment = { userId: 50, videoId: gone, comment_id: 0, actionType: 1, commentText: 'late' }
  expect(await outcome(feed.addComment(comment))).toBe(status.NOT_FOUND)
  await feed.publishFavoriteCounts({ counts: [{ video_id: gone, count: 9, version: 2 }] })
  expect((await feed.batchGetAuthorStats({ user_id: [11] })).authors[0]?.total_favorited).toBe(0)
})

test('the videos of several authors come as one list, newest first, paged by time', async () => {
  const made = [await publish(21), await publish(22), await publish(21), await publish(23)]
  const first = await feed.listVideosOf({ user_id: [21, 22], time: 0, limit: 2 })
  const rest = await feed.listVideosOf({ user_id: [21, 22], time: first.next_time, limit: 2 })
  const ids = [...first.videoInfos, ...rest.videoInfos].map((one) => one.id)
  expect(ids).toEqual([made[2]!, made[1]!, made[0]!])
})

test('the last id of the contract works, and one beyond it is refused rather than wrapped', async () => {
  const last = 2 ** 31 - 1
  await fixture.fresh.query(`alter table video auto_increment = ${last}`)
  expect(await publish(10)).toBe(last)
  expect(String(await outcome(publish(10)))).toContain('out of int32 ids')
  const { videoInfos } = await feed.listAuthorVideos({ user_id: 10, limit: 0, before_time: 0 })
  expect(videoInfos.map((video) => video.id)).toEqual([last])
})
