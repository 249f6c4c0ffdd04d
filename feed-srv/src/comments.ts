import { type Database, newestPerOwner } from '@douyin/database'
import { batcher } from '@douyin/process'
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
  limits,
  maxIds,
  outcomeOf,
  parseActionType,
} from '@douyin/proto'
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { insertComments } from './comment-batch.ts'
import { deleteComment } from './comment-deletion.ts'
import { commentTable } from './schema.ts'
import { ofExistingVideo, requireVideo, videoExistsFor } from './videos.ts'

/** One transaction at a time: two would wait for each other's counts. */
const batching = { concurrency: 1, maxBatchSize: 250, weight: (comments: CommentInfo[]) => comments.length }

type Comments =
  | 'commentAction'
  | 'addComment'
  | 'addComments'
  | 'listComments'
  | 'getVideoComIdList'
  | 'batchGetComment'

/** Comments of videos. */
export function comments(db: Database): Pick<Feed, Comments> {
  const add = batcher((batches: CommentInfo[][]) => insertComments(db, batches), batching)

  async function addComments(comments: CommentInfo[]): Promise<(Content | Failure)[]> {
    const wrong = comments.map(problemOf)
    const added = await add(comments.filter((_, i) => !wrong[i]))
    return comments.map(
      (comment, i) => wrong[i] ?? added.get(comment) ?? new Failure('VIDEO_NOT_FOUND', { id: comment.videoId }),
    )
  }

  async function addComment(request: CommentInfo): Promise<Content> {
    const [added] = await addComments([request])
    if (!added || added instanceof Failure) throw added
    return added
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
      else await deleteComment(db, request)
      return {}
    },

    async listComments({ video_id, limit, before_id }) {
      const most = checkLimit(limit)
      const older = before_id > 0 ? lt(commentTable.id, before_id) : undefined
      const rows = await db
        .select()
        // Left to itself, MariaDB passes over all newer comments of the video instead of beginning at before_id.
        .from(commentTable, { forceIndex: 'comment_video' })
        .where(and(eq(commentTable.videoId, video_id), older, videoExistsFor(sql`${video_id}`)))
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
        only: ofExistingVideo,
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
        .where(and(inArray(commentTable.id, ComIdList), ofExistingVideo))
      const byId = new Map(rows.map((row) => [row.id, content(row)]))
      return {
        contentList: ComIdList.map((id) => byId.get(id)).filter((found) => found !== undefined),
        next_before_id: 0,
      }
    },
  }
}

/** The failure of a comment that is invalid by itself; undefined if it is valid. */
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

function content(row: typeof commentTable.$inferSelect): Content {
  return { id: row.id, userId: row.userId, str: row.text, create_time: row.createTime }
}
