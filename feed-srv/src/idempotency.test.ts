import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { type CommentInfo, type CreateVideoInfo, type Feed, status } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'
import { feedService } from './service.ts'

const userId = 50
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
afterAll(async () => {
  await closeDatabase(otherDatabase)
  await fixture.close()
})

const publish = () => fixture.publish(9)
const comment = (videoId: number, commentText: string, send_id?: string): CommentInfo => ({
  ...{ userId, videoId, comment_id: 0, actionType: 1 },
  ...{ commentText, send_id },
})
const upload = (change: Partial<CreateVideoInfo>): CreateVideoInfo => ({
  ...{ userId, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 'a walk', content_hash: 'a' },
  ...change,
})
const commentsOn = async (video_id: number) =>
  (await feed.listComments({ video_id, limit: 0, before_id: 0 })).contentList
const countOf = async (videoId: number) => (await fixture.video(videoId)).comment_count
const rows = async (table: string) => Number((await fixture.fresh.query('select count(*) as n from ??', [table]))[0]?.n)

test('a comment that is added again under its send_id is one comment, and each answer is the first', async () => {
  const videoId = await publish()
  const first = await feed.addComment(comment(videoId, 'nice', 'again'))
  const later = [await feed.addComment(comment(videoId, 'nice', 'again'))]
  later.push(await other.addComment(comment(videoId, 'nice', 'again')))
  expect(later).toEqual([first, first])
  expect((await commentsOn(videoId)).map(({ id }) => id)).toEqual([first.id])
  expect(await countOf(videoId)).toBe(1)
})

test('a comment that comes many times at once through two processes is one comment', async () => {
  const videoId = await publish()
  for (let round = 0; round < 10; round++) {
    const tries = Array.from({ length: 12 }, (_, i) => (i % 2 ? feed : other))
    const made = await Promise.all(tries.map((one) => one.addComment(comment(videoId, 'once', `race-${round}`))))
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  }
  expect(await commentsOn(videoId)).toHaveLength(10)
  expect(await countOf(videoId)).toBe(10)
})

test('one send_id on many videos at once through two processes is one comment, and the others are refused', async () => {
  const videos = await Promise.all(Array.from({ length: 6 }, publish))
  const before = await rows('comment')
  const outcomes = await Promise.all(
    videos.map((videoId, i) => outcome((i % 2 ? feed : other).addComment(comment(videoId, 'where', 'everywhere')))),
  )
  expect(outcomes.filter((one) => one === 'success')).toHaveLength(1)
  expect(outcomes.filter((one) => one === status.INVALID_ARGUMENT)).toHaveLength(5)
  expect(await rows('comment')).toBe(before + 1)
})

test('a send_id that was used for another text or video is refused, and another user may use it', async () => {
  const [videoId, otherVideoId] = [await publish(), await publish()]
  await feed.addComment(comment(videoId, 'first', 'taken'))
  for (const wrong of [comment(videoId, 'second', 'taken'), comment(otherVideoId, 'first', 'taken')]) {
    const failure = await feed.addComment(wrong).catch((error) => error)
    expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(failure).toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED', values: { field: 'send_id' } })
  }
  await feed.addComment({ ...comment(videoId, 'second', 'taken'), userId: 51 })
  await feed.addComment(comment(videoId, 'second', 'Taken'))
  expect((await commentsOn(videoId)).map(({ str }) => str)).toEqual(['second', 'second', 'first'])
  expect(await commentsOn(otherVideoId)).toEqual([])
})

test('of one batch the comments with the same send_id are one, those with another text are refused, others are added', async () => {
  const videoId = await publish()
  await feed.addComment(comment(videoId, 'old', 'old'))
  const { outcomes } = await feed.addComments({
    comments: [
      ...['a', 'a', 'b'].map((text) => comment(videoId, text, 'batch')),
      ...['free', 'free'].map((text) => comment(videoId, text)),
      ...['old', 'new'].map((text) => comment(videoId, text, 'old')),
      ...[1, 2].map(() => comment(999_999, 'nowhere', 'nowhere')),
      comment(videoId, 'wrong', 'a b'),
    ],
  })
  const { OK, INVALID_ARGUMENT, NOT_FOUND } = status
  const wrong = [INVALID_ARGUMENT, NOT_FOUND, NOT_FOUND, INVALID_ARGUMENT]
  expect(outcomes.map(({ code }) => code)).toEqual([OK, OK, INVALID_ARGUMENT, OK, OK, OK, ...wrong])
  expect(outcomes[1]).toEqual(outcomes[0]!)
  expect((await commentsOn(videoId)).map(({ str }) => str)).toEqual(['free', 'free', 'a', 'old'])
  const texts = new Map((await commentsOn(videoId)).map(({ id, str }) => [id, str]))
  const answered = outcomes.flatMap(({ content }) => (content ? [texts.get(content.id)] : []))
  expect(answered).toEqual(['a', 'a', 'free', 'free', 'old'])
})

test('a comment that was deleted meanwhile, or whose video was, is not made again, and the answer is the first', async () => {
  const videoId = await publish()
  const gone = await feed.addComment(comment(videoId, 'gone', 'gone'))
  const kept = await feed.addComment(comment(videoId, 'kept', 'kept'))
  await feed.commentAction({ ...comment(videoId, ''), comment_id: gone.id, actionType: 2 })
  expect(await feed.addComment(comment(videoId, 'gone', 'gone'))).toEqual(gone)
  expect((await commentsOn(videoId)).map(({ id }) => id)).toEqual([kept.id])
  await feed.deleteVideo({ user_id: 9, video_id: videoId })
  expect(await feed.addComment(comment(videoId, 'kept', 'kept'))).toEqual(kept)
  expect(await outcome(feed.addComment(comment(videoId, 'late', 'late')))).toBe(status.NOT_FOUND)
})

test('what was refused has not used its send_id, and what bears none leaves no key', async () => {
  const before = await rows('feed_idempotency_key')
  expect(await outcome(feed.addComment(comment(999_999, 'early', 'early')))).toBe(status.NOT_FOUND)
  const videoId = await publish()
  await feed.addComment(comment(videoId, 'early'))
  await feed.addComment(comment(videoId, 'early', ''))
  expect(await rows('feed_idempotency_key')).toBe(before)
  await feed.addComment(comment(videoId, 'early', 'early'))
  expect(await commentsOn(videoId)).toHaveLength(3)
})

test('a video that is made again under its upload_id is one video, whatever its files came to be', async () => {
  const [first] = (await feed.createVideo(upload({ upload_id: 'again' }))).videoId
  const later = [
    await feed.createVideo(upload({ upload_id: 'again', coverUrl: 'b.png' })),
    await other.createVideo(upload({ upload_id: 'again', playUrl: 'b.mp4' })),
  ]
  expect(later.flatMap(({ videoId }) => videoId)).toEqual([first!, first!])
  expect((await fixture.video(first!)).coverUrl).toBe('a.jpg')
})

test('a video that comes many times at once through two processes is one video, and counted once', async () => {
  const author = 77
  for (let round = 0; round < 10; round++) {
    const tries = Array.from({ length: 8 }, (_, i) => (i % 2 ? feed : other))
    const video = upload({ userId: author, upload_id: `race-${round}` })
    const made = await Promise.all(tries.map((one) => one.createVideo(video)))
    expect(new Set(made.flatMap(({ videoId }) => videoId)).size).toBe(1)
  }
  const { authors } = await feed.batchGetAuthored({ user_id: [author] })
  expect(authors[0]?.video_id).toHaveLength(10)
  expect(authors[0]?.work_count).toBe(10)
})

test('an upload_id of another file or title, or of no form, is refused; another user may use it', async () => {
  await feed.createVideo(upload({ upload_id: 'taken' }))
  const wrong = [{ title: 'a run' }, { content_hash: 'b' }]
  for (const change of wrong) {
    const failure = await feed.createVideo(upload({ upload_id: 'taken', ...change })).catch((error) => error)
    expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(failure).toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED', values: { field: 'upload_id' } })
  }
  for (const upload_id of ['a b', '号', 'x'.repeat(65)])
    expect(await outcome(feed.createVideo(upload({ upload_id })))).toBe(status.INVALID_ARGUMENT)
  await feed.createVideo(upload({ userId: 78, upload_id: 'taken', title: 'a run' }))
  // A comment's send_id is no upload_id.
  await feed.addComment(comment(await publish(), 'nice', 'taken-too'))
  await feed.createVideo(upload({ upload_id: 'taken-too' }))
})

test('a video that was deleted meanwhile is not made again', async () => {
  const author = 79
  const video = upload({ userId: author, upload_id: 'gone' })
  const [first] = (await feed.createVideo(video)).videoId
  await feed.deleteVideo({ user_id: author, video_id: first! })
  expect((await feed.createVideo(video)).videoId).toEqual([first!])
  expect((await feed.listAuthorVideos({ user_id: author, limit: 0, before_time: 0 })).videoInfos).toEqual([])
})
