import { afterAll, beforeAll, expect, test } from 'bun:test'
import { reachServices } from '../web-srv/src/services.ts'
import type { FreshDatabase } from './mysql.ts'
import { type Stack, startStack } from './stack.ts'
import { type Recorder, recordStatements } from './statements.ts'

/** One user has thousands of rows, and most rows are others', so that a plan with the wrong index reads too much. */
const rows = 20_000
const busy = 7
const busyVideo = 11

let stack: Stack
let recorder: Recorder
let services: ReturnType<typeof reachServices>

beforeAll(async () => {
  stack = await startStack()
  services = reachServices(stack.userAddress, stack.feedAddress)
  await fill(stack.userDatabase, stack.feedDatabase)
  await services.user.createUser({ username: 'user by name', password: 'correct horse' })
  recorder = await recordStatements([stack.userDatabase, stack.feedDatabase])
}, 120_000)

afterAll(async () => {
  await recorder?.stop()
  services?.user.close()
  services?.feed.close()
  await stack?.stop()
})

const many = Array.from({ length: 30 }, (_, i) => i * 500 + busy)
const page = { user_id: busy, limit: 30 }
const after = { time: rows / 2, id: 500 }

/** Calls that return a page or a list. They must read about as many rows as they return, whatever the table size. */
const lists: Record<string, () => Promise<unknown>> = {
  'the first feed page': () => services.feed.getVideos({ time: 0, limit: 30, without_comment_list: true }),
  'a later feed page': () => services.feed.getVideos({ time: 2e11 + 9000, limit: 30, without_comment_list: true }),
  'a feed page as the seed’s clients get it': () => services.feed.getVideos({ time: 0 } as never),
  'an author’s videos': () => services.feed.listAuthorVideos({ user_id: busy, limit: 30, before_time: 0 }),
  'an author’s older videos': () =>
    services.feed.listAuthorVideos({ user_id: busy, limit: 30, before_time: 2e11 + 9000 }),
  'an author’s own videos, unpublished ones too': () =>
    services.feed.listAuthorVideos({ user_id: busy, limit: 30, before_time: 0, viewer_id: busy }),
  'the comments of a video': () => services.feed.listComments({ video_id: busyVideo, limit: 30, before_id: 0 }),
  'the older comments of a video': () =>
    services.feed.listComments({ video_id: busyVideo, limit: 30, before_id: rows / 2 }),
  'the comment ids of videos': () => services.feed.getVideoComIdList({ videoId: many } as never),
  'the videos that were deleted': () =>
    services.feed.listDeletedVideos({ after_time: 3e11 + 500, after_id: 0, limit: 30 }),
  'the likes of a user': () => services.user.listFavorites(page),
  'the older likes of a user': () => services.user.listFavorites({ ...page, after }),
  'whom a user follows': () => services.user.listFollows(page),
  'whom a user followed before': () => services.user.listFollows({ ...page, after }),
  'who follows a user': () => services.user.listFollowers(page),
  'who followed a user before': () => services.user.listFollowers({ ...page, after }),
  'whom a user follows, as the seed asks': () => services.user.getUserFollows({ user_id: [busy] } as never),
  'who follows a user, as the seed asks': () => services.user.getUserFollowers({ user_id: [busy] } as never),
  'all that 30 users published and wrote': () => services.feed.batchGetAuthored({ user_id: many }),
  '30 users with their lists': () => services.user.batchGetUserDetail({ user_id: many } as never),
}

/** Calls that look up ids. The service orders the results by the request, so a sort in memory is allowed. */
const lookups: Record<string, () => Promise<unknown>> = {
  'a page of 30 users and 30 videos': () => services.user.getPageFacts({ user_id: many, video_id: many }),
  '30 users by id': () => services.user.batchGetUserDetail({ user_id: many, profile_only: true }),
  'a user by name': () => services.user.checkPassWord({ username: 'user by name', password: 'correct horse' }),
  'whether a name is taken': () =>
    services.user.createUser({ username: 'User By Name', password: 'correct horse' }).catch(() => {}),
  'which of 30 videos a viewer likes and which of 30 users the viewer follows': () =>
    services.user.getViewerFacts({ viewer_id: busy, video_id: many, user_id: many }),
  '30 videos by id': () => services.feed.getVideoList({ videoId: many, without_comment_list: true }),
  '30 videos by id, unpublished ones of the viewer too': () =>
    services.feed.getVideoList({ videoId: many, without_comment_list: true, viewer_id: busy }),
  'how far 30 videos are': () => services.feed.getTranscodeProgress({ video_id: many }),
  'which of 30 storage keys are used': () => services.feed.findUsedKeys({ key: many.map((id) => `${id}.mp4`) }),
  'a transcode job from its lease to its end': async () => {
    const holder = { worker: 'w', lease_ms: 60_000 }
    const { job } = await services.feed.leaseTranscodeJob(holder)
    const job_id = job?.id ?? 0
    await services.feed.renewTranscodeJob({ ...holder, job_id, progress: 1 })
    await services.feed.finishTranscodeJob({
      ...{ job_id, worker: 'w', playUrl: 'new.mp4', coverUrl: '', renditions: [], make_renditions: true },
      ...{ duration_ms: 1, width: 1, height: 1 },
    })
  },
  '30 comments by id': () => services.feed.batchGetComment({ ComIdList: many }),
  'the stats of 30 authors': () => services.feed.batchGetAuthorStats({ user_id: many }),
  'a like and its end': async () => {
    const like = { userId: 600, videoId: busyVideo }
    await services.user.favoriteAction({ ...like, actionType: 1 })
    await services.user.favoriteAction({ ...like, actionType: 2 })
  },
  '30 likes at once and their ends': async () => {
    for (const actionType of [1, 2]) {
      const actions = many.map((videoId) => ({ userId: 600, videoId, actionType }))
      await services.user.favoriteActions({ actions })
    }
  },
  'a follow and its end': async () => {
    const follow = { userId: 600, toUserId: 601 }
    await services.user.relationAction({ ...follow, actionType: 1 })
    await services.user.relationAction({ ...follow, actionType: 2 })
  },
  'a comment and its end': async () => {
    const about = { userId: 600, videoId: busyVideo, commentText: 'hello' }
    const { id } = await services.feed.addComment({ ...about, comment_id: 0, actionType: 1 })
    await services.feed.commentAction({ ...about, comment_id: id, actionType: 2 })
  },
  'what a user uploaded within a day': () => services.feed.getUploadUsage({ user_id: busy, upload_id: 'repeated' }),
}

for (const [what, ask] of Object.entries(lists)) {
  test(`${what}: read from an index, in its order, without a sort or a temporary table`, async () => {
    expect(await faults(ask, /filesort|temporary/i)).toEqual([])
  })
}
for (const [what, ask] of Object.entries(lookups)) {
  test(`${what}: looked up by an index, without a temporary table`, async () => {
    expect(await faults(ask, /temporary/i)).toEqual([])
  })
}

// Vitess has no plan for a DELETE with a join, and can merge the results of shards only by selected columns.
test('a row is deleted by its key, and a list is sorted by columns that it selects', async () => {
  const deleted = await recorder.during(lookups['a like and its end']!)
  // A DELETE of one video's likes by a list of users belongs to the background purge of deleted videos.
  expect(
    deleted.filter((one) => /^delete/i.test(one) && !/`video_id` = \d+ and `favorite`.`user_id` in \(/.test(one)),
  ).toEqual([
    expect.stringMatching(/^delete +from `favorite` where `favorite`.`user_id` = 600 and `favorite`.`video_id` = 11$/),
  ])
  const [videos] = (await recorder.during(lists['all that 30 users published and wrote']!)).filter((one) =>
    one.includes('order by `video`.`publish_time`'),
  )
  expect(videos).toMatch(/^\(select 7 as owner, `video`.`id`, `video`.`publish_time` from `video`/)
})

/** The problems of the plans of the statements that `ask` causes. */
async function faults(ask: () => Promise<unknown>, bad: RegExp): Promise<string[]> {
  const statements = await recorder.during(ask)
  const explainable = statements.filter((one) => /^\W*(select|update|delete)/i.test(one))
  expect(explainable.length).toBeGreaterThan(0)
  const problems = []
  for (const statement of explainable) {
    const database = /`(user|follow|favorite|favorite_total|like_count_outbox)`/.test(statement)
      ? stack.userDatabase
      : stack.feedDatabase
    for (const step of await database.query(`explain ${statement}`)) {
      const scan = /^(ALL|index)$/.test(String(step.type)) && Number(step.rows) > 1000
      if (scan || bad.test(String(step.Extra))) problems.push({ step, statement })
    }
    if (!/^\W*select/i.test(statement)) continue
    const before = await rowsRead(database)
    const returned = await database.query(statement)
    const read = (await rowsRead(database)) - before
    if (read > 3 * returned.length + 100) problems.push({ read, returned: returned.length, statement })
  }
  return problems.map((problem) => JSON.stringify(problem))
}

/** The rows read so far on the connection of `query`. EXPLAIN's estimate does not consider where a LIMIT stops. */
async function rowsRead(database: FreshDatabase): Promise<number> {
  const counters = await database.query("show session status like 'Handler_read%'")
  return counters.reduce((sum, { Value }) => sum + Number(Value), 0)
}

async function fill(user: FreshDatabase, feed: FreshDatabase): Promise<void> {
  const numbers = Array.from({ length: rows }, (_, i) => i + 1)
  const insert = async (database: FreshDatabase, into: string, row: (n: number) => unknown[]) => {
    for (let i = 0; i < rows; i += 5000) {
      await database.query(`insert ignore into ${into} values ?`, [numbers.slice(i, i + 5000).map(row)])
    }
  }
  // Every third row belongs to the busy user or the busy video.
  const owner = (n: number, busyOne: number) => (n % 3 === 0 ? busyOne : ((n * 7919) % rows) + 1)
  await insert(user, 'user (id, name, password_hash, create_time)', (n) => [n, `user ${n}`, 'none', n])
  await insert(user, 'follow (follower_id, followed_id, create_time)', (n) => [owner(n, busy), n, n])
  await insert(user, 'follow (followed_id, follower_id, create_time)', (n) => [owner(n, busy), n, n])
  await insert(user, 'favorite (user_id, video_id, create_time)', (n) => [owner(n, busy), n, n])
  await insert(feed, 'video (id, user_id, play_url, cover_url, title, publish_time)', (n) => [
    ...[n, owner(n, busy), 'key.mp4', 'key.jpg', `video ${n}`],
    2e11 + n,
  ])
  await insert(feed, 'author (user_id, work_count)', (n) => [n, 1])
  await insert(feed, 'comment (id, video_id, user_id, text, create_time)', (n) => [
    ...[n, owner(n, busyVideo), owner(n + 1, busy), `comment ${n}`],
    n,
  ])
  // One video of a hundred is not published, and has a job.
  const isPrepared = 'id % 100 = 6'
  await feed.query(`update video set publish_time = null, original_url = concat(id, '.mov') where ${isPrepared}`)
  await feed.query(`insert into video_file select id, original_url from video where ${isPrepared}`)
  await feed.query(
    `insert into transcode_job (video_id, kind, create_time) select id, 1, 1 from video where ${isPrepared}`,
  )
  // One video of twenty is deleted. No other call here looks for these.
  await feed.query('update video set delete_time = 3e11 + id where id % 20 = 19')
  await user.query('analyze table user, follow, favorite')
  await feed.query('analyze table video, author, comment, video_file, transcode_job')
}
