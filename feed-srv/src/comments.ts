import { type Database, newestPerOwner, type Transaction, transact } from '@douyin/database'
import { type BackgroundLoop, batcher, gate } from '@douyin/process'
import {
  type CommentInfo,
  type Content,
  checkId,
  checkIds,
  checkKey,
  checkLimit,
  checkText,
  Failure,
  type Feed,
  forbidden,
  limits,
  maxIds,
  notFound,
  outcomeOf,
  parseActionType,
} from '@douyin/proto'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { insertComments } from './comment-batch.ts'
import { commentDeltaTable, commentTable } from './schema.ts'
import { isThereFor, ofVideoThatIsThere, requireVideo } from './videos.ts'

/** How long a caller waits for the count to show what she did: in health it takes a few ms. */
const countWaitMs = 100
/** How many comments go into one transaction, and how many of those are under way: one is read while the one before it is written. */
const lots = { concurrency: 2, maxBatchSize: 250, weight: (comments: CommentInfo[]) => comments.length }

type Comments =
  | 'commentAction'
  | 'addComment'
  | 'addComments'
  | 'listComments'
  | 'getVideoComIdList'
  | 'batchGetComment'

/** Comments of videos. */
export function comments(db: Database, commentCounts: BackgroundLoop): Pick<Feed, Comments> {
  const inTurn = gate({ name: 'comment commits', concurrency: 1 })
  const add = batcher((lots: CommentInfo[][]) => insertComments(db, lots, inTurn), lots)

  async function addComments(comments: CommentInfo[]): Promise<(Content | Failure)[]> {
    const wrong = comments.map(problemOf)
    const added = await add(comments.filter((_, i) => !wrong[i]))
    return comments.map((comment, i) => wrong[i] ?? added.get(comment) ?? notFound(`no video ${comment.videoId}`))
  }

  async function addComment(request: CommentInfo): Promise<Content> {
    const [added] = await addComments([request])
    if (!added || added instanceof Failure) throw added
    return added
  }

  async function deleteComment(request: CommentInfo): Promise<void> {
    await transact(db, (tx) => removeComment(tx, request))
    await commentCounts.afterNextRun(countWaitMs)
  }

  return {
    addComment,

    async addComments({ comments }) {
      checkIds(comments.map((comment) => comment.videoId))
      const added = await addComments(comments)
      const outcomes = added.map((one) =>
        one instanceof Failure ? { ...outcomeOf(one), content: null } : { ...outcomeOf(undefined), content: one },
      )
      return { outcomes }
    },

    async commentAction(request) {
      if (parseActionType(request.actionType)) await addComment(request)
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
        .where(and(eq(commentTable.videoId, video_id), older, isThereFor(sql`${video_id}`)))
        .orderBy(desc(commentTable.id))
        .limit(most + 1)
      if (rows.length === 0) await requireVideo(db, video_id)
      const page = rows.slice(0, most)
      return { contentList: page.map(content), next_before_id: rows.length > most ? (page.at(-1)?.id ?? 0) : 0 }
    },

    async getVideoComIdList({ videoId }) {
      checkIds(videoId)
      const lists = await newestPerOwner(db, videoId, {
        table: commentTable,
        owner: commentTable.videoId,
        id: commentTable.id,
        order: sql`${commentTable.id} desc`,
        only: ofVideoThatIsThere,
        index: 'comment_video',
        limit: maxIds,
      })
      const newest = [...lists.values()].flat().sort((a, b) => b - a)
      return { ComIdList: newest.slice(0, maxIds) }
    },

    async batchGetComment({ ComIdList }) {
      checkIds(ComIdList)
      if (ComIdList.length === 0) return { contentList: [], next_before_id: 0 }
      const rows = await db
        .select()
        .from(commentTable)
        .where(and(inArray(commentTable.id, ComIdList), ofVideoThatIsThere))
      const byId = new Map(rows.map((row) => [row.id, content(row)]))
      return {
        contentList: ComIdList.map((id) => byId.get(id)).filter((found) => found !== undefined),
        next_before_id: 0,
      }
    },
  }
}

/** What is wrong with it, whatever there is. */
function problemOf({ userId, commentText, send_id }: CommentInfo): Failure | undefined {
  try {
    checkId('userId', userId)
    checkText('comment_text', commentText, limits.comment_characters)
    if (send_id) checkKey('send_id', send_id)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
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
