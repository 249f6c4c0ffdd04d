import { type Database, isOneOf, newestPerOwner } from '@douyin/database'
import {
  checkIds,
  checkLimit,
  Failure,
  type Feed,
  type LatestTime,
  maxIds,
  type Preparation,
  type VideoInfo,
  type VideoInfoList,
} from '@douyin/proto'
import { and, desc, eq, isNotNull, lt, type SQL, sql } from 'drizzle-orm'
import { endOfTime } from './publish-clock.ts'
import { authorTable, commentTable, videoTable } from './schema.ts'
import { unpublishedVideos } from './transcode-progress.ts'
import { parseRenditions } from './video-files.ts'

const pageSize = 30

/** The video is not deleted. */
export const videoExists = eq(videoTable.deleteTime, 0)

/** The video is visible to everybody. A condition on publishTime as a bound of a page says this, too. */
export const isPublished = and(videoExists, isNotNull(videoTable.publishTime))

/**
 * The video of this id is not deleted. A subquery that gives one value: unlike EXISTS, no planner turns it into a join,
 * which may read comments in another order than an index has them.
 */
export const videoExistsFor = (videoId: SQL): SQL =>
  sql`(select v.delete_time from ${videoTable} v where v.id = ${videoId}) = 0`

/** A condition on comments: their rows stay for a while after their video is deleted. */
export const ofExistingVideo = videoExistsFor(sql`${commentTable.videoId}`)

type Videos = 'getVideos' | 'getVideoPages' | 'getVideoList' | 'findVideos' | 'listAuthorVideos' | 'listVideosOf'

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
    getVideos,

    async getVideoPages({ pages }) {
      const videos = pages.reduce((sum, { limit }) => sum + checkLimit(limit, pageSize), 0)
      if (videos > maxIds) throw new Failure('TOO_MANY_VIDEOS', { max: maxIds })
      return { pages: await Promise.all(pages.map(getVideos)) }
    },

    async getVideoList({ videoId, without_comment_list, viewer_id }) {
      checkIds(videoId)
      if (videoId.length === 0) return { videoInfos: [], next_time: 0, authors: [] }
      const isAsked = isOneOf(videoTable.id, videoId)
      const published = newestVideos(db, and(isAsked, isPublished)).execute({ limit: maxIds })
      const own = viewer_id ? unpublishedVideos(db, and(isAsked, eq(videoTable.userId, viewer_id)), maxIds) : []
      const unordered = pageOf((await Promise.all([published, own])).flat())
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
        .where(and(isOneOf(videoTable.id, videoId), isPublished))
      const publishedIds = new Set(rows.map((row) => row.id))
      return { videoId: videoId.filter((id) => publishedIds.has(id)), without_comment_list: false }
    },

    async listAuthorVideos({ user_id, limit: requestedLimit, before_time, viewer_id }) {
      const limit = checkLimit(requestedLimit)
      const before = before_time > 0 ? before_time : endOfTime
      const published = authorPage.execute({ author: user_id, before, limit })
      const isOwnFirstPage = viewer_id === user_id && before_time <= 0
      const own = isOwnFirstPage ? unpublishedVideos(db, eq(videoTable.userId, user_id), limit) : []
      const [first, others] = await Promise.all([own, published])
      return pageOf([...first, ...others].slice(0, limit))
    },

    async listVideosOf({ user_id, time, limit }) {
      checkIds(user_id)
      if (user_id.length === 0) return { videoInfos: [], next_time: 0, authors: [] }
      const authorsPage = newestVideos(db, and(isOneOf(videoTable.userId, user_id), isOlder))
      const pageLimit = checkLimit(limit, pageSize)
      return pageOf(await olderThan(db, time, (before) => authorsPage.execute({ before, limit: pageLimit })))
    },
  }
}

/** Fails with NOT_FOUND if the video is not published, is deleted or never existed. */
export async function requireVideo(db: Database, id: number): Promise<void> {
  const [video] = await db
    .select({ id: videoTable.id })
    .from(videoTable)
    .where(and(eq(videoTable.id, id), isPublished))
  if (!video) throw new Failure('VIDEO_NOT_FOUND', { id })
}

/** Each column costs drizzle some of the time of a page. */
const pageColumns = {
  id: videoTable.id,
  userId: videoTable.userId,
  playUrl: videoTable.playUrl,
  coverUrl: videoTable.coverUrl,
  title: videoTable.title,
  publishTime: videoTable.publishTime,
  commentCount: videoTable.commentCount,
  favoriteCount: videoTable.favoriteCount,
  renditions: videoTable.renditions,
  durationMs: videoTable.durationMs,
  width: videoTable.width,
  height: videoTable.height,
}

/** One statement for the rows that match `where`, newest first, with the rows of their authors. */
function newestVideos(db: Database, where: SQL | undefined) {
  return db
    .select({ video: pageColumns, author: authorTable })
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
  video: Pick<typeof videoTable.$inferSelect, keyof typeof pageColumns>
  author: typeof authorTable.$inferSelect | null
  /** The progress of a video that is not published. */
  preparation?: Preparation
}

function pageOf(rows: Row[]): VideoInfoList {
  const authors = new Map(rows.flatMap(({ author }) => (author ? [[author.userId, author]] : [])))
  const last = rows.at(-1)
  return {
    videoInfos: rows.map(videoInfo),
    next_time: last ? (last.video.publishTime ?? endOfTime) : 0,
    authors: [...authors.values()].map(authorStats),
  }
}

export function authorStats({ userId, workCount, totalFavorited }: typeof authorTable.$inferSelect) {
  return { user_id: userId, work_count: workCount, total_favorited: totalFavorited }
}

function videoInfo({ video, preparation }: Row): VideoInfo {
  return {
    id: video.id,
    userId: video.userId,
    playUrl: video.playUrl,
    coverUrl: video.coverUrl,
    title: video.title,
    favorite_count: video.favoriteCount,
    comment_count: video.commentCount,
    commentList: [],
    create_time: video.publishTime ?? 0,
    renditions: parseRenditions(video.renditions),
    duration_ms: video.durationMs || undefined,
    width: video.width || undefined,
    height: video.height || undefined,
    preparation: preparation ?? null,
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
