import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { type Feed, status } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'
import { feedService } from './service.ts'

let fixture: Fixture
let feed: Feed
/** Another process over the same tables. */
let otherDatabase: Database
let other: Feed
beforeAll(async () => {
  fixture = await openFixture()
  feed = fixture.feed
  otherDatabase = await openDatabase({ url: fixture.fresh.url, migrations, service: 'feed' })
  other = feedService(otherDatabase)
})
afterEach(() => fixture.fresh.query('delete from transcode_job'))
afterAll(async () => {
  await closeDatabase(otherDatabase)
  await fixture.close()
})

const minute = 60_000
const lease = async (worker: string, service = feed) =>
  (await service.leaseTranscodeJob({ worker, lease_ms: minute })).job ?? undefined
const renew = (job_id: number, worker: string, progress = 0) =>
  feed.renewTranscodeJob({ job_id, worker, progress, lease_ms: minute })
const fail = (job_id: number, worker: string, final = false) =>
  feed.failTranscodeJob({ job_id, worker, failure: '{"reason":"DISK_FULL","values":{}}', final })
/** As if a minute and more had passed since all leases and pauses began. */
const passTime = () => fixture.fresh.query('update transcode_job set leased_until = leased_until - 70000')
const progressOf = async (id: number) => (await feed.getTranscodeProgress({ video_id: [id] })).videos[0]?.preparation
const failureOf = async (id: number) => JSON.parse((await progressOf(id))?.failure || 'null')
const unknownReason = { reason: 'VIDEO_PROCESSING_FAILED', values: {} }

test('many workers of two processes at once get each job once, and none gets a job that is held', async () => {
  const videos = await Promise.all(Array.from({ length: 40 }, () => fixture.prepare(1)))
  const leased = await Promise.all(Array.from({ length: 60 }, (_, i) => lease(`worker ${i}`, i % 2 ? feed : other)))
  const got = leased.flatMap((job) => job?.video_id ?? [])
  expect(got.toSorted((a, b) => a - b)).toEqual(videos.toSorted((a, b) => a - b))
  expect(await lease('one more')).toBeUndefined()
})

test('workers that lease and finish without a pause make each video once', async () => {
  const videos = await Promise.all(Array.from({ length: 30 }, () => fixture.prepare(2)))
  const made: number[] = []
  const work = async (worker: string, service: Feed) => {
    for (let job = await lease(worker, service); job; job = await lease(worker, service)) {
      const result = { playUrl: `${job.video_id}.mp4`, coverUrl: '', renditions: [], make_renditions: false }
      const facts = { duration_ms: 0, width: 0, height: 0 }
      const { lost } = await service.finishTranscodeJob({ job_id: job.id, worker, ...result, ...facts })
      if (!lost) made.push(job.video_id)
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, i) => work(`worker ${i}`, i % 2 ? feed : other)))
  expect(made.toSorted((a, b) => a - b)).toEqual(videos.toSorted((a, b) => a - b))
  expect((await feed.batchGetAuthorStats({ user_id: [2] })).authors[0]?.work_count).toBe(30)
})

test('first versions are leased before renditions, and the oldest first', async () => {
  const ordered = await fixture.publish(3)
  await feed.makeAllRenditions({ after_id: ordered - 1, limit: 1, only_missing: false })
  const renditions = { userId: 3, playUrl: 'b.mp4', coverUrl: 'b.jpg', title: 'b', make_renditions: true }
  const [published] = (await feed.createVideo(renditions)).videoId
  const [first, second] = [await fixture.prepare(3, 'a.mov'), await fixture.prepare(3)]
  const jobs = [await lease('w'), await lease('w'), await lease('w'), await lease('w')]
  expect(jobs.map((job) => [job?.video_id, job?.kind])).toEqual([
    [first, 1],
    [second, 1],
    [published, 2],
    [ordered, 3],
  ])
  expect(jobs[0]).toMatchObject({ attempt: 1, user_id: 3, source: 'a.mov', playUrl: '' })
  expect(jobs[2]).toMatchObject({ source: 'b.mp4', playUrl: 'b.mp4', coverUrl: 'b.jpg' })
})

test('a job whose lease ran out is leased again, and the first worker learns that it lost it', async () => {
  const id = await fixture.prepare(4)
  const job = await lease('killed')
  expect(await lease('next')).toBeUndefined()
  await passTime()
  expect(await lease('next')).toMatchObject({ id: job!.id, video_id: id, attempt: 2 })
  expect(await renew(job!.id, 'killed', 500)).toMatchObject({ lost: true })
  expect(await fail(job!.id, 'killed', true)).toMatchObject({ lost: true })
  expect(await feed.returnTranscodeJob({ job_id: job!.id, worker: 'killed' })).toMatchObject({ lost: true })
  expect(await progressOf(id)).toEqual({ state: 'preparing', progress: 0, failure: '' })
})

test('a renewed lease does not run out, and its progress is told', async () => {
  const id = await fixture.prepare(5)
  const job = await lease('w')
  await fixture.fresh.query('update transcode_job set leased_until = 1')
  expect(await renew(job!.id, 'w', 420)).toMatchObject({ lost: false })
  expect(await lease('next')).toBeUndefined()
  expect(await progressOf(id)).toEqual({ state: 'preparing', progress: 420, failure: '' })
  await renew(job!.id, 'w', 5000)
  expect((await progressOf(id))?.progress).toBe(1000)
})

test('after three leases that ran out the video has failed with a reason, and the next job is leased', async () => {
  const id = await fixture.prepare(6)
  for (const worker of ['a', 'b', 'c']) {
    expect((await lease(worker))?.video_id).toBe(id)
    await passTime()
  }
  const next = await fixture.prepare(6)
  expect((await lease('d'))?.video_id).toBe(next)
  expect((await progressOf(id))?.state).toBe('failed')
  expect(await failureOf(id)).toEqual(unknownReason)
  const { videoInfos } = await feed.listAuthorVideos({ user_id: 6, limit: 0, before_time: 0, viewer_id: 6 })
  expect(videoInfos.map((video) => video.preparation?.state)).toEqual(['preparing', 'failed'])
})

test('an attempt that failed is repeated after a pause, and the third failure is that of the video', async () => {
  const id = await fixture.prepare(7)
  for (const attempt of [1, 2, 3]) {
    const job = await lease('w')
    expect(job?.attempt).toBe(attempt)
    expect(await fail(job!.id, 'w')).toMatchObject({ lost: false })
    expect(await lease('w')).toBeUndefined()
    await passTime()
  }
  expect(await lease('w')).toBeUndefined()
  expect(await failureOf(id)).toEqual({ reason: 'DISK_FULL', values: {} })
})

test('a final failure takes one attempt, and the video can be queued again by its author', async () => {
  const id = await fixture.prepare(8, 'broken.mov')
  const job = await lease('w')
  await fail(job!.id, 'w', true)
  expect(await failureOf(id)).toEqual({ reason: 'DISK_FULL', values: {} })
  expect((await feed.findUsedKeys({ key: ['broken.mov'] })).key).toEqual(['broken.mov'])
  const retry = async (user_id: number) => (await feed.retryTranscode({ video_id: [id], user_id })).video_id
  expect(await retry(9)).toEqual([])
  expect(await retry(8)).toEqual([id])
  expect(await retry(8)).toEqual([])
  expect(await progressOf(id)).toEqual({ state: 'preparing', progress: 0, failure: '' })
  expect(await lease('w')).toMatchObject({ video_id: id, attempt: 1, source: 'broken.mov' })
})

test('a job that is given back counts as no attempt and is free at once', async () => {
  await fixture.prepare(10)
  for (const worker of ['a', 'b', 'c', 'd', 'e']) {
    const job = await lease(worker)
    expect(job?.attempt).toBe(1)
    await feed.returnTranscodeJob({ job_id: job!.id, worker })
  }
})

test('the queue tells how many jobs wait and run, and how long the oldest waits', async () => {
  const count = () => feed.countTranscodeJobs({})
  expect(await count()).toEqual({ waiting: 0, running: 0, oldest_ms: 0 })
  await Promise.all([fixture.prepare(11), fixture.prepare(11), fixture.prepare(11)])
  await fixture.fresh.query('update transcode_job set create_time = create_time - 5000')
  await lease('w')
  const { oldest_ms, ...numbers } = await count()
  expect(numbers).toEqual({ waiting: 2, running: 1 })
  expect(oldest_ms).toBeWithin(5000, 60_000)
})

test('the renditions of all published videos are queued page by page, each once', async () => {
  await fixture.fresh.query('delete from video')
  const videos = [await fixture.publish(12), await fixture.publish(12), await fixture.publish(12)]
  await feed.createVideo({ userId: 12, playUrl: 'https://elsewhere.example/a.mp4', coverUrl: '', title: 'far' })
  await feed.deleteVideo({ user_id: 12, video_id: await fixture.publish(12) })
  await fixture.fresh.query(`update video set renditions = '[["r.mp4",1,2,3,4]]' where id = ?`, [videos[1]])
  const all = async (only_missing: boolean) => {
    const pages: number[] = []
    for (let after_id = 0; ; ) {
      const page = await feed.makeAllRenditions({ after_id, limit: 2, only_missing })
      pages.push(page.queued)
      if (page.next_after_id === 0) return pages
      after_id = page.next_after_id
    }
  }
  expect(await all(true)).toEqual([1, 1])
  expect(await all(false)).toEqual([1, 0])
  const jobs = await fixture.fresh.query('select video_id from transcode_job order by video_id')
  expect(jobs.map((job) => job.video_id)).toEqual(videos)
})

test('a job of a video that was deleted meanwhile is removed and not leased', async () => {
  const id = await fixture.prepare(13)
  await fixture.fresh.query('update video set delete_time = 5 where id = ?', [id])
  const next = await fixture.prepare(13)
  expect((await lease('w'))?.video_id).toBe(next)
  expect(await feed.countTranscodeJobs({})).toMatchObject({ waiting: 0, running: 1 })
})

test('a lease without a worker, or of no time or too long a time, is refused', async () => {
  const ask = (worker: string, lease_ms: number) => outcome(feed.leaseTranscodeJob({ worker, lease_ms }))
  const refused = [ask('', 1000), ask('x'.repeat(65), 1000), ask('w', 0), ask('w', 3_600_001)]
  expect(await Promise.all(refused)).toEqual(Array(4).fill(status.INVALID_ARGUMENT))
})
