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

test('publish times are unique and grow, also if many videos are published at once', async () => {
  await Promise.all(Array.from({ length: 65 }, () => publish(1)))
  const { videoInfos } = await feed.getVideos({ time: 0, limit: 1000, without_comment_list: true })
  const times = videoInfos.map((video) => video.create_time)
  expect(times.length).toBeGreaterThanOrEqual(65)
  expect(times).toEqual([...new Set(times)].sort((a, b) => b - a))
})

test('paging by next_time returns every video once', async () => {
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

test('a time in seconds, in ms, in the future, or no time finds the newest video', async () => {
  const id = await publish(3)
  const later = Date.now() + 10_000
  for (const time of [0, -1, later, Math.ceil(later / 1000), 9e15]) {
    const { videoInfos } = await feed.getVideos({ time, limit: 0, without_comment_list: true })
    expect([time, videoInfos[0]?.id]).toEqual([time, id])
  }
})

test('GetVideoPages returns each page as GetVideos does, in the requested order, and rejects over 1000 videos', async () => {
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

describe('if publish times are an hour ahead of the clock', () => {
  const author = 8
  const hourMs = 3_600_000
  let ids: number[]
  beforeAll(async () => {
    await fixture.fresh.query('update publish_clock set last_time = ?', [Date.now() + hourMs])
    ids = []
    for (let i = 0; i < 7; i++) ids.unshift(await publish(author))
    // A publish time stays a cursor after its video is deleted.
    await feed.deleteVideo({ user_id: author, video_id: ids[2]! })
  })
  afterAll(async () => {
    await fixture.fresh.query('delete from video where user_id = ?', [author])
    await fixture.fresh.query('update publish_clock set last_time = ?', [Date.now()])
  })

  const pages: Record<string, (time: number) => Promise<VideoInfoList>> = {
    'the feed': (time) => feed.getVideos({ time, limit: 2, without_comment_list: true }),
    'a page of GetVideoPages': async (time) =>
      (await feed.getVideoPages({ pages: [{ time, limit: 2, without_comment_list: true }] })).pages[0]!,
    'the feed of some authors': (time) => feed.listVideosOf({ user_id: [author, 3], time, limit: 2 }),
  }
  for (const [name, getPage] of Object.entries(pages)) {
    test(`${name} is paged by next_time to its end, each video once`, async () => {
      const seen: number[] = []
      for (
        let time = 0, page = await getPage(0);
        page.next_time !== 0;
        time = page.next_time, page = await getPage(time)
      ) {
        seen.push(...page.videoInfos.map((video) => video.id))
        expect(seen).toEqual([...new Set(seen)])
      }
      expect(seen.slice(0, 6)).toEqual(ids.filter((id) => id !== ids[2]))
    })

    test(`a future time that is no publish time still means the newest of ${name}`, async () => {
      const { videoInfos } = await getPage(0)
      for (const time of [Date.now() + 1000, Date.now() + hourMs - 1000, Date.now() + 2 * hourMs, 9e15])
        expect((await getPage(time)).videoInfos[0]?.id).toBe(videoInfos[0]!.id)
    })
  }

  test('the publish time of a deleted video still works as a cursor', async () => {
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

test('videos are returned in the requested order, without unknown ids', async () => {
  const [first, second] = [await publish(4), await publish(4)]
  const { videoInfos } = await feed.getVideoList({ videoId: [second, 999_999, first], without_comment_list: true })
  expect(videoInfos.map((video) => video.id)).toEqual([second, first])
})

test('FindVideos returns the existing videos in the requested order, without deleted ones', async () => {
  const [first, second, third] = [await publish(4), await publish(4), await publish(4)]
  await feed.deleteVideo({ user_id: 4, video_id: second })
  const find = (videoId: number[]) => feed.findVideos({ videoId, without_comment_list: true })
  expect((await find([third, second, 999_999, first])).videoId).toEqual([third, first])
  expect((await find([])).videoId).toEqual([])
  expect(await outcome(find(Array.from({ length: 1001 }, (_, i) => i + 1)))).toBe(status.INVALID_ARGUMENT)
})

test('a response never sets a field that only requests use', async () => {
  const response = await feed.createVideo({ userId: 90, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 'flag' })
  const request = { videoId: response.videoId, without_comment_list: true }
  expect([response, await feed.findVideos(request)]).toEqual(Array(2).fill({ ...request, without_comment_list: false }))
})

test('an update changes only the given fields', async () => {
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

test('a blank or too long title is rejected, and an accepted one is stored unchanged', async () => {
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

test('a published count replaces an older one, and is ignored if it arrives late or twice', async () => {
  const [a, b] = [await publish(8), await publish(8)]
  const publishCounts = (count: number, version: number) =>
    feed.publishFavoriteCounts({
      counts: [
        { video_id: a, count, version },
        { video_id: 999_999, count: 1, version: 1 },
      ],
    })
  await publishCounts(3, 2)
  await publishCounts(1, 1)
  await publishCounts(3, 2)
  await feed.publishFavoriteCounts({ counts: [{ video_id: b, count: 4, version: 1 }] })
  expect((await video(a)).favorite_count).toBe(3)
  const { authors } = await feed.batchGetAuthorStats({ user_id: [8] })
  expect(authors[0]?.total_favorited).toBe(7)
})

test('a deleted video is at once in no list and no count, and accepts no comments', async () => {
  const [gone, kept] = [await publish(11), await publish(11)]
  await feed.publishFavoriteCounts({ counts: [{ video_id: gone, count: 5, version: 1 }] })
  expect(await outcome(feed.deleteVideo({ user_id: 12, video_id: gone }))).toBe(status.PERMISSION_DENIED)
  await feed.deleteVideo({ user_id: 11, video_id: gone })
  expect(await outcome(feed.deleteVideo({ user_id: 11, video_id: gone }))).toBe(status.NOT_FOUND)
  const ids = ({ videoInfos }: VideoInfoList) => videoInfos.map(({ id }) => id)
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

test('the videos of several authors are one list, newest first, paged by time', async () => {
  const published = [await publish(21), await publish(22), await publish(21), await publish(23)]
  const first = await feed.listVideosOf({ user_id: [21, 22], time: 0, limit: 2 })
  const rest = await feed.listVideosOf({ user_id: [21, 22], time: first.next_time, limit: 2 })
  const ids = [...first.videoInfos, ...rest.videoInfos].map(({ id }) => id)
  expect(ids).toEqual([published[2]!, published[1]!, published[0]!])
})

test('the greatest int32 id works, and a greater one is rejected rather than wrapped', async () => {
  const last = 2 ** 31 - 1
  await fixture.fresh.query(`alter table video auto_increment = ${last}`)
  expect(await publish(10)).toBe(last)
  expect(String(await outcome(publish(10)))).toContain('out of int32 ids')
  const { videoInfos } = await feed.listAuthorVideos({ user_id: 10, limit: 0, before_time: 0 })
  expect(videoInfos.map((video) => video.id)).toEqual([last])
})
