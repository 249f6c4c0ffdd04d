import {
  type Attempt,
  contentHash,
  type Database,
  type InsertedRow,
  isOneOf,
  makeOnce,
  newestPerOwner,
  type Transaction,
  transact,
} from '@douyin/database'
import {
  type CreateVideoInfo,
  characters,
  checkId,
  checkIds,
  checkKey,
  checkLength,
  checkLimit,
  checkText,
  Failure,
  type Feed,
  type LatestTime,
  limits,
  maxIds,
  newId,
  type VideoInfo,
  type VideoInfoList,
} from '@douyin/proto'
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { clocks, endOfTime, nextTime } from './publish-clock.ts'
import { authorTable, commentTable, idempotencyKeyTable, keyKinds, videoTable } from './schema.ts'

const pageSize = 30
const maxUrl = 512

/** The video is not deleted. */
export const videoExists = eq(videoTable.deleteTime, 0)

/**
 * The video of this id is not deleted. A subquery that gives one value: unlike EXISTS, no planner turns it into a join,
 * which may read comments in another order than an index has them.
 */
export const videoExistsFor = (videoId: SQL): SQL =>
  sql`(select v.delete_time from ${videoTable} v where v.id = ${videoId}) = 0`

/** A condition on comments: their rows stay for a while after their video is deleted. */
export const ofExistingVideo = videoExistsFor(sql`${commentTable.videoId}`)

type Videos =
  | 'createVideo'
  | 'getVideos'
  | 'getVideoPages'
  | 'getVideoList'
  | 'findVideos'
  | 'listAuthorVideos'
  | 'listVideosOf'
  | 'updateVideoInfo'

/** Videos and pages of videos. */
export function videos(db: Database): Pick<Feed, Videos> {
  const isOlder = lt(videoTable.publishTime, sql.placeholder('before'))
  const feedPage = newestVideos(db, isOlder)
  const authorPage = newestVideos(db, and(eq(videoTable.userId, sql.placeholder('author')), isOlder))

  async function getVideos({ time, limit, without_comment_list }: LatestTime): Promise<VideoInfoList> {
    const pageLimit = checkLimit(limit, pageSize)
    const page = pageOf(await olderThan(db, time, (before) => feedPage.execute({ before, limit: pageLimit })))
    return without_comment_list ? page : withCommentLists(db, page)
  }

  return {
    async createVideo(video) {
      checkId('userId', video.userId)
      checkTitle(video.title)
      checkText('playUrl', video.playUrl, maxUrl)
      checkLength('coverUrl', video.coverUrl, maxUrl)
      checkBytes(video.bytes ?? 0)
      const attempt = attemptOf(video)
      return transact(db, async (tx) => {
        const inserted = await makeOnce(tx, idempotencyKeyTable, attempt, () => insertVideo(tx, video))
        if (!inserted) throw new Failure('IDEMPOTENCY_KEY_REUSED', { field: 'upload_id' })
        return { videoId: [inserted.id], without_comment_list: false }
      })
    },

    getVideos,

    async getVideoPages({ pages }) {
      const videos = pages.reduce((sum, { limit }) => sum + checkLimit(limit, pageSize), 0)
      if (videos > maxIds) throw new Failure('TOO_MANY_VIDEOS', { max: maxIds })
      return { pages: await Promise.all(pages.map(getVideos)) }
    },

    async getVideoList({ videoId, without_comment_list }) {
      checkIds(videoId)
      if (videoId.length === 0) return { videoInfos: [], next_time: 0, authors: [] }
      const unordered = pageOf(await newestVideos(db, isOneOf(videoTable.id, videoId)).execute({ limit: maxIds }))
      const byId = new Map(unordered.videoInfos.map((video) => [video.id, video]))
      const videoInfos = videoId.map((id) => byId.get(id)).filter((video) => video !== undefined)
      const page = { ...unordered, videoInfos, next_time: 0 }
      return without_comment_list ? page : withCommentLists(db, page)
    },

    async findVideos({ videoId }) {
      checkIds(videoId)
      const rows = await db
        .select({ id: videoTable.id })
        .from(videoTable)
        .where(and(isOneOf(videoTable.id, videoId), videoExists))
      const existingIds = new Set(rows.map((row) => row.id))
      return { videoId: videoId.filter((id) => existingIds.has(id)), without_comment_list: false }
    },

    async listAuthorVideos({ user_id, limit, before_time }) {
      const before = before_time > 0 ? before_time : endOfTime
      return pageOf(await authorPage.execute({ author: user_id, before, limit: checkLimit(limit) }))
    },

    async listVideosOf({ user_id, time, limit }) {
      checkIds(user_id)
      if (user_id.length === 0) return { videoInfos: [], next_time: 0, authors: [] }
      const authorsPage = newestVideos(db, and(isOneOf(videoTable.userId, user_id), isOlder))
      const pageLimit = checkLimit(limit, pageSize)
      return pageOf(await olderThan(db, time, (before) => authorsPage.execute({ before, limit: pageLimit })))
    },

    async updateVideoInfo({ id, playUrl, coverUrl, title }) {
      if (title !== '') checkTitle(title)
      checkLength('playUrl', playUrl, maxUrl)
      checkLength('coverUrl', coverUrl, maxUrl)
      await requireVideo(db, id)
      // An empty string means no change.
      const changes = { playUrl: playUrl || undefined, coverUrl: coverUrl || undefined, title: title || undefined }
      if (playUrl || coverUrl || title) await db.update(videoTable).set(changes).where(eq(videoTable.id, id))
      return {}
    },
  }
}

/**
 * web-srv sends a hash of the upload as content_hash: the files made from it may differ from one attempt to the next.
 */
function attemptOf({ userId, playUrl, title, upload_id, content_hash }: CreateVideoInfo): Attempt | undefined {
  if (!upload_id) return undefined
  checkKey('upload_id', upload_id)
  return { userId, kind: keyKinds.video, key: upload_id, contentHash: contentHash(content_hash || playUrl, title) }
}

async function insertVideo(tx: Transaction, video: CreateVideoInfo): Promise<InsertedRow> {
  const { userId, playUrl, coverUrl, title, bytes = 0 } = video
  const createTime = await nextTime(tx, clocks.publish)
  const row = { userId, playUrl, coverUrl, title, publishTime: createTime, bytes }
  const [{ insertId }] = await tx.insert(videoTable).values(row)
  await countWork(tx, userId)
  return { id: newId(insertId), createTime }
}

/** Fails with NOT_FOUND if the video is deleted or never existed. */
export async function requireVideo(db: Database, id: number): Promise<void> {
  const [video] = await db
    .select({ id: videoTable.id })
    .from(videoTable)
    .where(and(eq(videoTable.id, id), videoExists))
  if (!video) throw new Failure('VIDEO_NOT_FOUND', { id })
}

/** One statement for the rows that match `where`, newest first, with the rows of their authors. */
function newestVideos(db: Database, where: SQL | undefined) {
  return db
    .select({ video: videoTable, author: authorTable })
    .from(videoTable)
    .leftJoin(authorTable, eq(authorTable.userId, videoTable.userId))
    .where(and(where, videoExists))
    .orderBy(desc(videoTable.publishTime))
    .limit(sql.placeholder('limit'))
    .prepare()
}

/** A smaller time is in seconds: 1e11 s is the year 5138, 1e11 ms is 1973. */
const minMs = 1e11

/**
 * The newest rows before the time that a client sends. No time, or a time in the future, means no bound. But if the
 * clock was set back, publish times are in the future too. A publish time may be the cursor of a client, so it counts.
 */
async function olderThan(db: Database, time: number, read: (before: number) => Promise<Row[]>): Promise<Row[]> {
  const ms = time < minMs ? time * 1000 : time
  if (ms > 0 && ms < Date.now()) return read(ms)
  const newest = await read(endOfTime)
  const isCursor = ms > 0 && (newest[0]?.video.publishTime ?? 0) >= ms && (await isPublishTime(db, ms))
  return isCursor ? read(ms) : newest
}

/** Tells whether a video, deleted or not, has this publish time. */
async function isPublishTime(db: Database, ms: number): Promise<boolean> {
  const rows = await db.select({ id: videoTable.id }).from(videoTable).where(eq(videoTable.publishTime, ms))
  return rows.length > 0
}

interface Row {
  video: typeof videoTable.$inferSelect
  author: typeof authorTable.$inferSelect | null
}

function pageOf(rows: Row[]): VideoInfoList {
  const authors = new Map(rows.flatMap(({ author }) => (author ? [[author.userId, author]] : [])))
  return {
    videoInfos: rows.map(({ video }) => videoInfo(video)),
    next_time: rows.at(-1)?.video.publishTime ?? 0,
    authors: [...authors.values()].map(authorStats),
  }
}

export function authorStats({ userId, workCount, totalFavorited }: typeof authorTable.$inferSelect) {
  return { user_id: userId, work_count: workCount, total_favorited: totalFavorited }
}

function videoInfo(video: typeof videoTable.$inferSelect): VideoInfo {
  return {
    id: video.id,
    userId: video.userId,
    playUrl: video.playUrl,
    coverUrl: video.coverUrl,
    title: video.title,
    favorite_count: video.favoriteCount,
    comment_count: video.commentCount,
    commentList: [],
    create_time: video.publishTime,
  }
}

/** The seed's clients expect the ids of a video's comments in the video. */
async function withCommentLists(db: Database, page: VideoInfoList): Promise<VideoInfoList> {
  const ids = page.videoInfos.map((video) => video.id)
  const order = sql`${commentTable.id} desc`
  const lists = await newestPerOwner(db, ids, {
    table: commentTable,
    owner: commentTable.videoId,
    id: commentTable.id,
    order,
    limit: maxIds,
  })
  const videoInfos = page.videoInfos.map((video) => ({ ...video, commentList: lists.get(video.id) ?? [] }))
  return { ...page, videoInfos }
}

function countWork(tx: Transaction, userId: number) {
  const workCount = sql`${authorTable.workCount} + 1`
  return tx.insert(authorTable).values({ userId, workCount: 1 }).onDuplicateKeyUpdate({ set: { workCount } })
}

function checkBytes(bytes: number): void {
  if (bytes < 0 || !Number.isSafeInteger(bytes)) throw new Failure('NOT_POSITIVE', { field: 'bytes' })
}

function checkTitle(title: string): void {
  checkText('title', title.trim(), limits.title_characters)
  const max = 2 * limits.title_characters
  if (characters(title) > max) throw new Failure('TITLE_WITH_BLANKS_TOO_LONG', { max })
}
