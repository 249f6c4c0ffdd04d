import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status, type VideoInfoList } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let feed: Fixture['feed']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ feed } = fixture)
})
afterAll(() => fixture.close())

const ids = ({ videoInfos }: VideoInfoList) => videoInfos.map(({ id }) => id)
const list = (user_id: number, viewer_id?: number, limit = 0, before_time = 0) =>
  feed.listAuthorVideos({ user_id, limit, before_time, viewer_id })
const byId = (id: number, viewer_id?: number) =>
  feed.getVideoList({ videoId: [id], without_comment_list: true, viewer_id })
const rows = async (table: string, videoId: number) =>
  Number((await fixture.fresh.query('select count(*) as n from ?? where video_id = ?', [table, videoId]))[0]?.n)

async function finish(videoId: number): Promise<void> {
  const job_id = await fixture.hold(videoId, 'w')
  await feed.finishTranscodeJob({
    ...{ job_id, worker: 'w', playUrl: `${videoId}.mp4`, coverUrl: `${videoId}.jpg`, renditions: [] },
    ...{ duration_ms: 1500, width: 640, height: 360, make_renditions: false },
  })
}

test('a video that is prepared is in no list, cannot be liked or commented, and counts in nothing', async () => {
  const published = await fixture.publish(1)
  const id = await fixture.prepare(1)
  const { time } = { time: 0 }
  const all = { limit: 1000, without_comment_list: true }
  expect(ids(await feed.getVideos({ time, ...all }))).toEqual([published])
  expect((await feed.getVideoPages({ pages: [{ time, ...all }] })).pages.map(ids)).toEqual([[published]])
  expect(ids(await feed.listVideosOf({ user_id: [1], time: 0, limit: 0 }))).toEqual([published])
  expect([ids(await list(1)), ids(await list(1, 2))]).toEqual([[published], [published]])
  expect([ids(await byId(id)), ids(await byId(id, 2))]).toEqual([[], []])
  expect((await feed.findVideos({ videoId: [id, published], without_comment_list: true })).videoId).toEqual([published])
  const { authors } = await feed.batchGetAuthored({ user_id: [1] })
  expect(authors).toEqual([expect.objectContaining({ video_id: [published], work_count: 1, total_favorited: 0 })])
  const comment = { userId: 2, videoId: id, comment_id: 0, actionType: 1, commentText: 'early' }
  expect(await outcome(feed.addComment(comment))).toBe(status.NOT_FOUND)
  expect(await outcome(feed.listComments({ video_id: id, limit: 0, before_id: 0 }))).toBe(status.NOT_FOUND)
})

test('a user whose videos are all prepared is no author yet', async () => {
  const id = await fixture.prepare(3)
  expect(await feed.batchGetAuthorStats({ user_id: [3] })).toEqual({ authors: [] })
  await finish(id)
  expect((await feed.batchGetAuthorStats({ user_id: [3] })).authors).toEqual([
    { user_id: 3, work_count: 1, total_favorited: 0 },
  ])
})

test('an author sees unpublished videos first, with their state, and page by page each video once', async () => {
  const published = [await fixture.publish(4), await fixture.publish(4), await fixture.publish(4)].toReversed()
  const prepared = [await fixture.prepare(4), await fixture.prepare(4)].toReversed()
  const { videoInfos } = await list(4, 4)
  expect(videoInfos.map(({ id }) => id)).toEqual([...prepared, ...published])
  expect(videoInfos[0]).toMatchObject({
    playUrl: '',
    create_time: 0,
    preparation: { state: 'preparing', progress: 0, failure: '' },
  })
  expect(videoInfos[2]?.preparation).toBeNull()
  expect((await byId(prepared[0]!, 4)).videoInfos).toEqual([videoInfos[0]!])
  for (const limit of [1, 2, 3, 5]) {
    const seen: number[] = []
    for (let page = await list(4, 4, limit); page.videoInfos.length > 0; ) {
      seen.push(...ids(page))
      page = await list(4, 4, limit, page.next_time)
    }
    // Videos beyond the first page are shown only after some of the others are published or deleted.
    expect(seen).toEqual([...prepared.slice(0, limit), ...published])
  }
})

test('a video is published as the newest when it is ready, and no cursor skips it', async () => {
  const id = await fixture.prepare(5)
  const later = await fixture.publish(5)
  const before = await feed.getVideos({ time: 0, limit: 1, without_comment_list: true })
  await finish(id)
  const [video] = (await list(5)).videoInfos
  expect(video).toMatchObject({ id, playUrl: `${id}.mp4`, coverUrl: `${id}.jpg`, width: 640, height: 360 })
  expect(video).toMatchObject({ duration_ms: 1500, preparation: null, renditions: [] })
  expect(video!.create_time).toBeGreaterThan(before.next_time)
  expect(ids(await list(5))).toEqual([id, later])
})

test('no publish time appears behind one that was seen, while many videos get ready and are published at once', async () => {
  const prepared = await Promise.all(Array.from({ length: 30 }, () => fixture.prepare(6)))
  const jobs = await Promise.all(prepared.map((id) => fixture.hold(id, 'many')))
  let newest = 0
  const seen = new Set<number>()
  const look = async () => {
    const { videoInfos } = await feed.listAuthorVideos({ user_id: 6, limit: 0, before_time: 0 })
    for (const { id, create_time } of videoInfos) {
      if (!seen.has(id)) expect(create_time).toBeGreaterThan(newest)
      seen.add(id)
    }
    newest = videoInfos[0]?.create_time ?? 0
  }
  let working = true
  const looking = (async () => {
    while (working) await look()
  })()
  await Promise.all([
    ...jobs.map((job_id) =>
      feed.finishTranscodeJob({
        ...{ job_id, worker: 'many', playUrl: 'x.mp4', coverUrl: '', renditions: [] },
        ...{ duration_ms: 0, width: 0, height: 0, make_renditions: false },
      }),
    ),
    ...Array.from({ length: 30 }, () => fixture.publish(6)),
  ])
  working = false
  await looking
  await look()
  expect(seen.size).toBe(60)
  expect((await feed.batchGetAuthorStats({ user_id: [6] })).authors[0]?.work_count).toBe(60)
})

test('a prepared video is created once for its upload_id, with one job', async () => {
  const video = { userId: 7, playUrl: '', coverUrl: '', title: 'once', original_url: 'o.mov', upload_id: 'again' }
  const created = await Promise.all(Array.from({ length: 5 }, () => feed.createVideo(video)))
  const [id] = created[0]!.videoId
  expect(created.map(({ videoId }) => videoId)).toEqual(Array(5).fill([id]))
  expect(await rows('transcode_job', id!)).toBe(1)
  expect(await outcome(feed.createVideo({ ...video, original_url: 'other.mov' }))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(feed.createVideo({ ...video, original_url: '', upload_id: 'empty' }))).toBe(
    status.INVALID_ARGUMENT,
  )
})

test('a video that is prepared counts for the quota of its day', async () => {
  const video = { userId: 8, playUrl: '', coverUrl: '', title: 'big', original_url: 'o.mov', bytes: 99 }
  await feed.createVideo(video)
  expect(await feed.getUploadUsage({ user_id: 8, upload_id: '' })).toEqual({ uploads: 1, bytes: 99 })
})

test('a deleted video takes its job with it, and its files are found and no longer used', async () => {
  const id = await fixture.prepare(9, 'gone.mov')
  expect((await feed.findUsedKeys({ key: ['gone.mov', 'other.mov'] })).key).toEqual(['gone.mov'])
  expect(await outcome(feed.deleteVideo({ user_id: 1, video_id: id }))).toBe(status.PERMISSION_DENIED)
  await feed.deleteVideo({ user_id: 9, video_id: id })
  expect([ids(await list(9, 9)), ids(await byId(id, 9))]).toEqual([[], []])
  expect([await rows('transcode_job', id), await rows('video_file', id)]).toEqual([0, 0])
  expect((await feed.findUsedKeys({ key: ['gone.mov'] })).key).toEqual([])
  const { videos } = await feed.listDeletedVideos({ after_time: 0, after_id: 0, limit: 0 })
  expect(videos.find((video) => video.id === id)).toMatchObject({ playUrl: '', coverUrl: '', other_key: ['gone.mov'] })
  expect(await feed.batchGetAuthorStats({ user_id: [9] })).toEqual({ authors: [] })
})

test('deleting an unpublished video leaves the counts of its author', async () => {
  await fixture.publish(10)
  await feed.deleteVideo({ user_id: 10, video_id: await fixture.prepare(10) })
  expect((await feed.batchGetAuthorStats({ user_id: [10] })).authors[0]?.work_count).toBe(1)
})
