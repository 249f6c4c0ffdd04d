import { afterAll, beforeAll, expect, test } from 'bun:test'
import { status } from '@douyin/proto'
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

test('a comment is counted, listed newest first and kept to the letter', async () => {
  const videoId = await publish(9)
  const text = '<b>好看</b> 🎉\n"\'\\'
  const first = await feed.addComment(comment(videoId, text))
  const second = await feed.addComment(comment(videoId, 'second'))
  const page = await feed.listComments({ video_id: videoId, limit: 0, before_id: 0 })
  const listed = [second, first].map(({ author: _, ...comment }) => comment)
  expect(page.contentList).toEqual(listed)
  expect(first.str).toBe(text)
  expect((await video(videoId)).comment_count).toBe(2)
  expect((await feed.getVideoComIdList({ videoId: [videoId], without_comment_list: false })).ComIdList).toEqual([
    second.id,
    first.id,
  ])
})

test('the response to a new comment has the counts of its author', async () => {
  const videoId = await publish(9)
  await publish(50)
  const stats = { user_id: 50, work_count: 1, total_favorited: 0 }
  const { outcomes } = await feed.addComments({
    comments: [comment(videoId, 'a'), { ...comment(videoId, 'b'), userId: 52 }],
  })
  expect(outcomes.map(({ content }) => content?.author)).toEqual([stats, null])
  expect((await feed.addComment(comment(videoId, 'c'))).author).toEqual(stats)
})

test('comments are paged by id without loss or repeat', async () => {
  const videoId = await publish(9)
  const made = await Promise.all(Array.from({ length: 5 }, (_, i) => feed.addComment(comment(videoId, `${i}`))))
  const first = await feed.listComments({ video_id: videoId, limit: 3, before_id: 0 })
  const rest = await feed.listComments({ video_id: videoId, limit: 3, before_id: first.next_before_id })
  const ids = [...first.contentList, ...rest.contentList].map((one) => one.id)
  expect(ids).toEqual(made.map((one) => one.id).sort((a, b) => b - a))
  expect(rest.next_before_id).toBe(0)
})

test('only the author deletes a comment, only by its own video, and once', async () => {
  const [videoId, other] = [await publish(9), await publish(9)]
  const { id } = await feed.addComment(comment(videoId, 'mine'))
  const remove = (change: object) =>
    feed.commentAction({ userId: 50, videoId, comment_id: id, actionType: 2, commentText: '', ...change })
  expect(await outcome(remove({ userId: 51 }))).toBe(status.PERMISSION_DENIED)
  expect(await outcome(remove({ videoId: other }))).toBe(status.NOT_FOUND)
  expect(await outcome(remove({ actionType: 3 }))).toBe(status.INVALID_ARGUMENT)
  await remove({})
  expect(await outcome(remove({}))).toBe(status.NOT_FOUND)
  expect((await video(videoId)).comment_count).toBe(0)
})

test('a comment on no video, blank or too long is refused and not stored', async () => {
  const videoId = await publish(9)
  expect(await outcome(feed.addComment(comment(999_999, 'x')))).toBe(status.NOT_FOUND)
  expect(await outcome(feed.addComment(comment(videoId, ' \n ')))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(feed.addComment(comment(videoId, '字'.repeat(1001))))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(feed.addComment(comment(videoId, 'a\0b')))).toBe(status.INVALID_ARGUMENT)
  await feed.addComment(comment(videoId, '字'.repeat(1000)))
  expect((await feed.listComments({ video_id: videoId, limit: 0, before_id: 0 })).contentList).toHaveLength(1)
})

test('comment_count equals the comments after many added and deleted at once', async () => {
  const videoId = await publish(9)
  const made = await Promise.all(Array.from({ length: 40 }, () => feed.addComment(comment(videoId, 'x'))))
  await Promise.all(
    made
      .slice(0, 15)
      .map(({ id }) => feed.commentAction({ userId: 50, videoId, comment_id: id, actionType: 2, commentText: '' })),
  )
  expect((await video(videoId)).comment_count).toBe(25)
})

test('a client of the seed finds the comments in the video, newest first', async () => {
  const videoId = await publish(9)
  const made = [await feed.addComment(comment(videoId, 'a')), await feed.addComment(comment(videoId, 'b'))]
  const { videoInfos } = await feed.getVideoList({ videoId: [videoId], without_comment_list: false })
  expect(videoInfos[0]?.commentList).toEqual([made[1]!.id, made[0]!.id])
  const { authors } = await feed.batchGetAuthored({ user_id: [50, 9] })
  expect(authors[0]?.comment_id.slice(0, 2)).toEqual([made[1]!.id, made[0]!.id])
  expect(authors[1]?.video_id[0]).toBe(videoId)
})

const comment = (videoId: number, commentText: string) => ({
  userId: 50,
  videoId,
  comment_id: 0,
  actionType: 1,
  commentText,
})

test('comments of one call share a commit, and each has its own outcome', async () => {
  const [one, other] = [await publish(9), await publish(9)]
  const comments = [
    ...Array.from({ length: 20 }, (_, i) => comment(i % 2 === 0 ? one : other, `text ${i}`)),
    comment(999_999, 'nowhere'),
    comment(one, '   '),
  ]
  const { outcomes } = await feed.addComments({ comments })
  expect(outcomes.slice(20).map(({ code, content }) => [code, content])).toEqual([
    [status.NOT_FOUND, null],
    [status.INVALID_ARGUMENT, null],
  ])
  // Each id is that of the row with its own text.
  const ids = outcomes.slice(0, 20).map(({ content }) => content?.id ?? 0)
  const { contentList } = await feed.batchGetComment({ ComIdList: ids })
  expect(contentList.map(({ str }) => str)).toEqual(comments.slice(0, 20).map(({ commentText }) => commentText))
  expect([(await video(one)).comment_count, (await video(other)).comment_count]).toEqual([10, 10])
})

test('no comment of a deleted video is returned, neither alone nor among others', async () => {
  const [kept, gone] = [await publish(3), await publish(3)]
  const add = (videoId: number) => feed.addComment({ ...comment(videoId, 'hello'), userId: 60 })
  const [stays, goes] = [await add(kept), await add(gone)]
  await feed.deleteVideo({ user_id: 3, video_id: gone })
  const page = (video_id: number) => feed.listComments({ video_id, limit: 0, before_id: 0 })
  expect((await page(kept)).contentList.map(({ id }) => id)).toEqual([stays.id])
  const [ofGone, ofNone] = await Promise.all([gone, 999_999].map((id) => page(id).catch((error) => error)))
  expect(ofGone).toMatchObject({ code: status.NOT_FOUND, reason: 'VIDEO_NOT_FOUND', values: { id: gone } })
  expect(ofNone).toMatchObject({ code: status.NOT_FOUND, reason: 'VIDEO_NOT_FOUND', values: { id: 999_999 } })
  const ids = await feed.getVideoComIdList({ videoId: [gone, kept], without_comment_list: false })
  expect(ids.ComIdList).toEqual([stays.id])
  const texts = await feed.batchGetComment({ ComIdList: [goes.id, stays.id] })
  expect(texts.contentList.map(({ id }) => id)).toEqual([stays.id])
  const { authors } = await feed.batchGetAuthored({ user_id: [60] })
  expect(authors.map(({ comment_id }) => comment_id)).toEqual([[stays.id]])
})
