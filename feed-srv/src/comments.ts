import {
  type Database,
  isOneOf,
  newestPerOwner,
  plus,
  type Repeated,
  sumBy,
  type Transaction,
  transact,
} from '@douyin/database'
import { gather } from '@douyin/process'
import {
  type CommentInfo,
  type Content,
  checkId,
  checkIds,
  checkLimit,
  checkText,
  type Feed,
  forbidden,
  isDoing,
  limits,
  maxIds,
  newId,
  notFound,
  outcomesOf,
} from '@douyin/proto'
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { commentDeltaTable, commentTable, videoTable } from './schema.ts'
import { isThere, requireVideo } from './videos.ts'

/** How long a caller waits for the count to show what she did: in health it takes a few ms. */
const countWaitMs = 100
/** By how much ids grow: more than 1 where several servers share a table. */
const idStep = sql<number>`@@session.auto_increment_increment`
/** How many comments go into one transaction. */
const lots = { atOnce: 1, most: 250 }

type Comments =
  | 'commentAction'
  | 'addComment'
  | 'addComments'
  | 'listComments'
  | 'getVideoComIdList'
  | 'batchGetComment'

/** Comments of videos. */
export function comments(db: Database, commentCounts: Repeated): Pick<Feed, Comments> {
  const insert = gather((asked: CommentInfo[]) => transact(db, (tx) => insertComments(tx, asked)), lots)

  async function addComment(request: CommentInfo): Promise<Content> {
    checkId('userId', request.userId)
    checkText('comment_text', request.commentText, limits.comment_characters)
    const added = await insert(request)
    if (!added) throw notFound(`no video ${request.videoId}`)
    return added
  }

  async function deleteComment(request: CommentInfo): Promise<void> {
    await transact(db, (tx) => removeComment(tx, request))
    await commentCounts.settled(countWaitMs)
  }

  return {
    addComment,

    async addComments({ comments }) {
      checkIds(comments.map((comment) => comment.videoId))
      const added = comments.map(addComment)
      const outcomes = await outcomesOf(added)
      const content = await Promise.all(added.map((one) => one.catch(() => null)))
      return { outcomes: outcomes.map((outcome, i) => ({ ...outcome, content: content[i] ?? null })) }
    },

    async commentAction(request) {
      if (isDoing(request.actionType)) await addComment(request)
      else await deleteComment(request)
      return {}
    },

    async listComments({ video_id, limit, before_id }) {
      const most = checkLimit(limit)
      const older = before_id > 0 ? lt(commentTable.id, before_id) : undefined
      const rows = await db
        .select()
        // Left to itself, MariaDB passes over all newer comments of the video instead of beginning at before_id.
        .from(commentTable, { forceIndex: 'comment_video' })
        .where(and(eq(commentTable.videoId, video_id), older))
        .orderBy(desc(commentTable.id))
        .limit(most + 1)
      if (rows.length === 0) await requireVideo(db, video_id)
      const page = rows.slice(0, most)
      return { contentList: page.map(content), next_before_id: rows.length > most ? (page.at(-1)?.id ?? 0) : 0 }
    },

    async getVideoComIdList({ videoId }) {
      checkIds(videoId)
      const options = { table: commentTable, owner: commentTable.videoId, id: commentTable.id, limit: maxIds }
      const lists = await newestPerOwner(db, videoId, { ...options, order: sql`${commentTable.id} desc` })
      const newest = [...lists.values()].flat().sort((a, b) => b - a)
      return { ComIdList: newest.slice(0, maxIds) }
    },

    async batchGetComment({ ComIdList }) {
      checkIds(ComIdList)
      if (ComIdList.length === 0) return { contentList: [], next_before_id: 0 }
      const rows = await db.select().from(commentTable).where(inArray(commentTable.id, ComIdList))
      const byId = new Map(rows.map((row) => [row.id, content(row)]))
      return {
        contentList: ComIdList.map((id) => byId.get(id)).filter((found) => found !== undefined),
        next_before_id: 0,
      }
    },
  }
}

/**
 * Rows for those whose video is there, and their counts, in one transaction: the disk is waited for once, and a count that
 * everybody changes is changed once.
 */
async function insertComments(tx: Transaction, asked: CommentInfo[]): Promise<(Content | undefined)[]> {
  const videos = await tx
    .select({ id: videoTable.id, step: idStep })
    .from(videoTable)
    .where(and(isOneOf(videoTable.id, new Set(asked.map((comment) => comment.videoId))), isThere))
    .orderBy(asc(videoTable.id))
    .for('update')
  const there = new Set(videos.map((video) => video.id))
  const possible = asked.filter((comment) => there.has(comment.videoId))
  if (possible.length === 0) return asked.map(() => undefined)
  const createTime = Date.now()
  const row = ({ videoId, userId, commentText }: CommentInfo) => ({ videoId, userId, text: commentText, createTime })
  const [{ insertId }] = await tx.insert(commentTable).values(possible.map(row))
  const sums = sumBy(
    possible.map(({ videoId }) => ({ videoId, delta: 1 })),
    ({ videoId }) => videoId,
  )
  await tx
    .update(videoTable)
    .set({ commentCount: plus(videoTable.commentCount, videoTable.id, sums) })
    .where(isOneOf(videoTable.id, sums.keys()))
  const step = Number(videos[0]?.step ?? 1)
  // The ids of one INSERT's rows follow each other, in the rows' order.
  const ids = new Map(possible.map((comment, i) => [comment, newId(insertId + i * step)]))
  return asked.map((comment) => {
    const id = ids.get(comment)
    return id ? { id, userId: comment.userId, str: comment.commentText, create_time: createTime } : undefined
  })
}

/** Only the author deletes a comment, and only by its own video. */
async function removeComment(tx: Transaction, { userId, videoId, comment_id }: CommentInfo): Promise<void> {
  const thisOne = and(eq(commentTable.id, comment_id), eq(commentTable.videoId, videoId))
  const [{ affectedRows }] = await tx.delete(commentTable).where(and(thisOne, eq(commentTable.userId, userId)))
  if (affectedRows === 1) {
    await tx.insert(commentDeltaTable).values({ videoId, delta: -1 })
    return
  }
  const [other] = await tx.select({ id: commentTable.id }).from(commentTable).where(thisOne)
  throw other
    ? forbidden('only its author may delete a comment')
    : notFound(`video ${videoId} has no comment ${comment_id}`)
}

function content(row: typeof commentTable.$inferSelect): Content {
  return { id: row.id, userId: row.userId, str: row.text, create_time: row.createTime }
}
