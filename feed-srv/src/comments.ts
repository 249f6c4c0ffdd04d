import { type Database, newestPerOwner, type Repeated, type Transaction, transact } from '@douyin/database'
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
} from '@douyin/proto'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { ResultSetHeader } from 'mysql2'
import { commentDeltaTable, commentTable, videoTable } from './schema.ts'
import { isThere, requireVideo } from './videos.ts'

/** How long a caller waits for the count to show what she did: in health it takes a few ms. */
const countWaitMs = 100

type Comments = 'commentAction' | 'addComment' | 'listComments' | 'getVideoComIdList' | 'batchGetComment'

/** Comments of videos. */
export function comments(db: Database, commentCounts: Repeated): Pick<Feed, Comments> {
  async function addComment(request: CommentInfo): Promise<Content> {
    checkId('userId', request.userId)
    checkText('comment_text', request.commentText, limits.comment_characters)
    const added = await transact(db, (tx) => insertComment(tx, request))
    await commentCounts.settled(countWaitMs)
    return added
  }

  async function deleteComment(request: CommentInfo): Promise<void> {
    await transact(db, (tx) => removeComment(tx, request))
    await commentCounts.settled(countWaitMs)
  }

  return {
    addComment,

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

/** The row and its delta, only if the video is there. */
async function insertComment(tx: Transaction, { userId, videoId, commentText }: CommentInfo): Promise<Content> {
  const createTime = Date.now()
  const [header] = await tx.execute(sql`
    insert into ${commentTable} (video_id, user_id, text, create_time)
    select id, ${userId}, ${commentText}, ${createTime} from ${videoTable} where id = ${videoId} and ${isThere}`)
  const { insertId, affectedRows } = header as unknown as ResultSetHeader
  if (affectedRows === 0) throw notFound(`no video ${videoId}`)
  await tx.insert(commentDeltaTable).values({ videoId, delta: 1 })
  return { id: newId(insertId), userId, str: commentText, create_time: createTime }
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
