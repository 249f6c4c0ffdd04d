import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Rendition, status, type TranscodeResult } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let feed: Fixture['feed']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ feed } = fixture)
})
afterAll(() => fixture.close())

const rendition = (playUrl: string, height: number): Rendition => ({
  ...{ playUrl, width: height * 2, height },
  ...{ bytes: 2 ** 33, bits_per_second: 700_000 },
})
const finish = (job_id: number, change: Partial<TranscodeResult> = {}) =>
  feed.finishTranscodeJob({
    ...{ job_id, worker: 'w', playUrl: 'play.mp4', coverUrl: 'cover.jpg', renditions: [] },
    ...{ duration_ms: 2000, width: 1920, height: 1080, make_renditions: false },
    ...change,
  })
const own = async (user: number, id: number) =>
  (await feed.getVideoList({ videoId: [id], without_comment_list: true, viewer_id: user })).videoInfos[0]!
const used = async (...key: string[]) => (await feed.findUsedKeys({ key })).key.toSorted()
const jobs = (id: number) => fixture.fresh.query('select * from transcode_job where video_id = ?', [id])

test('a first version is published at once, and its renditions follow from the original', async () => {
  const id = await fixture.prepare(1, 'original.mov')
  const first = await finish(await fixture.hold(id, 'w'), { make_renditions: true })
  expect(first).toEqual({ lost: false, unused_key: [] })
  expect(await fixture.video(id)).toMatchObject({ playUrl: 'play.mp4', renditions: [], duration_ms: 2000 })
  expect(await used('original.mov', 'play.mp4', 'cover.jpg')).toEqual(['cover.jpg', 'original.mov', 'play.mp4'])
  const published = (await fixture.video(id)).create_time
  const { job } = await feed.leaseTranscodeJob({ worker: 'w', lease_ms: 60_000 })
  expect(job).toMatchObject({ video_id: id, kind: 2, attempt: 1, source: 'original.mov', playUrl: 'play.mp4' })
  const renditions = [rendition('large.mp4', 1080), rendition('small.mp4', 540)]
  const second = await finish(job!.id, { playUrl: '', coverUrl: '', width: 0, renditions })
  expect(second).toEqual({ lost: false, unused_key: ['original.mov'] })
  expect(await fixture.video(id)).toMatchObject({
    ...{ playUrl: 'play.mp4', coverUrl: 'cover.jpg', width: 1920, create_time: published },
    renditions: renditions.toReversed(),
  })
  expect(await used('original.mov', 'small.mp4', 'large.mp4')).toEqual(['large.mp4', 'small.mp4'])
  expect(await jobs(id)).toEqual([])
  expect((await feed.batchGetAuthorStats({ user_id: [1] })).authors[0]?.work_count).toBe(1)
})

test('a call that is repeated, also at the same time, succeeds and changes nothing', async () => {
  const id = await fixture.prepare(2)
  const job = await fixture.hold(id, 'w')
  const answers = await Promise.all(Array.from({ length: 6 }, () => finish(job, { make_renditions: true })))
  expect(answers).toEqual(Array(6).fill({ lost: false, unused_key: [] }))
  expect((await feed.batchGetAuthorStats({ user_id: [2] })).authors[0]?.work_count).toBe(1)
  const before = await fixture.video(id)
  // The next job of this video is held by the same worker.
  const next = await fixture.hold(id, 'w')
  expect(next).not.toBe(job)
  expect(await finish(job, { playUrl: 'late.mp4' })).toEqual({ lost: false, unused_key: [] })
  expect(await fixture.video(id)).toEqual(before)
  expect(await jobs(id)).toHaveLength(1)
  expect(await finish(job, { worker: 'another' })).toMatchObject({ lost: true })
})

test('a job that has the id of an earlier one, as after a restore, is finished as any other', async () => {
  const [earlier, later] = [await fixture.prepare(13), await fixture.prepare(13)]
  const id = await fixture.hold(earlier, 'before')
  await finish(id, { worker: 'before' })
  await fixture.hold(later, 'w')
  await fixture.fresh.query('update transcode_job set id = ? where video_id = ?', [id, later])
  expect(await finish(id)).toMatchObject({ lost: false })
  expect((await fixture.video(later)).playUrl).toBe('play.mp4')
  expect(await finish(id)).toMatchObject({ lost: false })
  expect(await finish(id, { worker: 'before' })).toMatchObject({ lost: true })
})

test('a worker that lost its lease changes nothing, neither before nor after the next one has finished', async () => {
  const id = await fixture.prepare(3)
  const job = await fixture.hold(id, 'killed')
  await fixture.hold(id, 'w')
  const late = () => finish(job, { worker: 'killed', playUrl: 'late.mp4' })
  expect(await late()).toEqual({ lost: true, unused_key: [] })
  expect((await own(3, id)).preparation?.state).toBe('preparing')
  expect(await finish(job)).toMatchObject({ lost: false })
  const before = await fixture.video(id)
  expect(await late()).toEqual({ lost: true, unused_key: [] })
  expect(await fixture.video(id)).toEqual(before)
  expect(await used('late.mp4')).toEqual([])
})

test('a worker whose video was deleted while it worked learns that, and nothing comes back', async () => {
  const id = await fixture.prepare(4, 'deleted.mov')
  const job = await fixture.hold(id, 'w')
  await feed.deleteVideo({ user_id: 4, video_id: id })
  expect(await feed.renewTranscodeJob({ job_id: job, worker: 'w', progress: 1, lease_ms: 1000 })).toMatchObject({
    lost: true,
  })
  expect(await finish(job, { playUrl: 'made.mp4', renditions: [rendition('r.mp4', 540)] })).toEqual({
    ...{ lost: true, unused_key: [] },
  })
  expect(await own(4, id)).toBeUndefined()
  expect(await used('made.mp4', 'r.mp4', 'deleted.mov')).toEqual([])
  expect((await feed.batchGetAuthorStats({ user_id: [4] })).authors).toEqual([])
})

test('deleting and finishing at once leave either no video or none at all, and no job', async () => {
  for (let round = 0; round < 20; round++) {
    const id = await fixture.prepare(5)
    const job = await fixture.hold(id, 'w')
    await Promise.all([
      finish(job, { playUrl: `${round}.mp4`, renditions: [rendition(`r${round}.mp4`, 540)], make_renditions: true }),
      feed.deleteVideo({ user_id: 5, video_id: id }),
    ])
    expect([await own(5, id), await jobs(id)]).toEqual([undefined as never, []])
    expect(await used(`${round}.mp4`, `r${round}.mp4`)).toEqual([])
  }
  const { authors } = await feed.batchGetAuthorStats({ user_id: [5] })
  expect(authors[0]?.work_count ?? 0).toBe(0)
})

test('the files of a deleted video are all listed, its renditions too', async () => {
  const id = await fixture.prepare(6)
  await finish(await fixture.hold(id, 'w'), { renditions: [rendition('d540.mp4', 540), rendition('d720.mp4', 720)] })
  await feed.deleteVideo({ user_id: 6, video_id: id })
  const { videos } = await feed.listDeletedVideos({ after_time: 0, after_id: 0, limit: 0 })
  expect(videos.find((video) => video.id === id)).toMatchObject({ other_key: ['d540.mp4', 'd720.mp4'] })
  expect(await used('d540.mp4', 'd720.mp4')).toEqual([])
})

test('a published video whose renditions cannot be made plays as it did, without its original', async () => {
  const id = await fixture.prepare(7, 'heavy.mov')
  await finish(await fixture.hold(id, 'w'), { make_renditions: true })
  const before = await fixture.video(id)
  const failure = '{"reason":"VIDEO_UNDECODABLE","values":{}}'
  const job_id = await fixture.hold(id, 'w')
  expect(await feed.failTranscodeJob({ job_id, worker: 'w', failure, final: true })).toEqual({
    ...{ lost: false, unused_key: ['heavy.mov'] },
  })
  expect(await fixture.video(id)).toEqual(before)
  expect([await jobs(id), await used('heavy.mov')]).toEqual([[], []])
})

test('renditions that are made again replace the earlier ones, whose files are named as unused', async () => {
  const id = await fixture.publish(8)
  const order = () => feed.makeAllRenditions({ after_id: id - 1, limit: 1, only_missing: false })
  await order()
  const old = [rendition('old540.mp4', 540), rendition('kept720.mp4', 720)]
  await finish(await fixture.hold(id, 'w'), { playUrl: '', coverUrl: '', renditions: old })
  await order()
  const renditions = [rendition('new540.mp4', 540), rendition('kept720.mp4', 720)]
  expect(await finish(await fixture.hold(id, 'w'), { renditions, playUrl: '', coverUrl: '' })).toEqual({
    ...{ lost: false, unused_key: ['old540.mp4'] },
  })
  expect((await fixture.video(id)).renditions).toEqual(renditions)
  expect(await used('old540.mp4', 'kept720.mp4', 'new540.mp4')).toEqual(['kept720.mp4', 'new540.mp4'])
})

test('a new file of a published video ends the renditions of the old one, and the job that makes them', async () => {
  const id = await fixture.publish(9)
  await feed.makeAllRenditions({ after_id: id - 1, limit: 1, only_missing: false })
  await finish(await fixture.hold(id, 'w'), { playUrl: '', renditions: [rendition('stale.mp4', 540)] })
  await feed.makeAllRenditions({ after_id: id - 1, limit: 1, only_missing: false })
  const job = await fixture.hold(id, 'w')
  await feed.updateVideoInfo({ ...(await fixture.video(id)), playUrl: 'replaced.mp4', title: '', coverUrl: '' })
  const video = await fixture.video(id)
  expect([video.playUrl, video.renditions, video.height]).toEqual(['replaced.mp4', [], undefined])
  expect(await finish(job, { renditions: [rendition('late.mp4', 540)] })).toMatchObject({ lost: true })
  expect(await used('stale.mp4', 'late.mp4')).toEqual([])
})

test('the title of a video can be edited while it is prepared', async () => {
  const id = await fixture.prepare(10)
  await feed.updateVideoInfo({ ...(await own(10, id)), title: 'better' })
  expect((await own(10, id)).title).toBe('better')
})

test('a first version without a file, or renditions without a height or of one height twice, are refused', async () => {
  const id = await fixture.prepare(11)
  const job = await fixture.hold(id, 'w')
  const wrong: Partial<TranscodeResult>[] = [
    { playUrl: '' },
    { worker: '' },
    { renditions: [rendition('', 540)] },
    { renditions: [rendition('a.mp4', 0)] },
    { renditions: [rendition('a.mp4', 540), rendition('b.mp4', 540)] },
    { renditions: Array.from({ length: 9 }, (_, i) => rendition(`${i}.mp4`, i + 1)) },
  ]
  const outcomes = await Promise.all(wrong.map((change) => outcome(finish(job, change))))
  expect(outcomes).toEqual(wrong.map(() => status.INVALID_ARGUMENT))
  const failure = { job_id: job, worker: 'w', final: true }
  expect(await outcome(feed.failTranscodeJob({ ...failure, failure: '' }))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(feed.failTranscodeJob({ ...failure, failure: 'x'.repeat(513) }))).toBe(status.INVALID_ARGUMENT)
  expect((await own(11, id)).preparation?.state).toBe('preparing')
})

test('the longest keys and greatest numbers of renditions come back as they were sent', async () => {
  const id = await fixture.prepare(12)
  const renditions = Array.from({ length: 8 }, (_, i) => ({
    ...rendition(`${'k'.repeat(120)}${i}.mp4`, 1000 + i),
    ...{ width: 100_000, bytes: Number.MAX_SAFE_INTEGER, bits_per_second: 2 ** 31 - 1 },
  }))
  await finish(await fixture.hold(id, 'w'), { renditions })
  expect((await fixture.video(id)).renditions).toEqual(renditions)
})
