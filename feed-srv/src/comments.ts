import {
  type Database,
  isOneOf,
  namesOf,
  newestPerOwner,
  type Repeated,
  sumBy,
  type Transaction,
  transact,
  transactInTwo,
} from '@douyin/database'
import { type Gate, gate, gather } from '@douyin/process'
import {
  type AuthorStats,
  type CommentInfo,
  type Content,
  checkId,
  checkIds,
  checkLimit,
  checkText,
  Failure,
  type Feed,
  forbidden,
  isDoing,
  limits,
  maxIds,
  newId,
  notFound,
  outcomeOf,
} from '@douyin/proto'
import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { addToCounts } from './comment-counts.ts'
import { authorTable, commentDeltaTable, commentTable, videoTable } from './schema.ts'
import { isThere, requireVideo } from './videos.ts'

/** How long a caller waits for the count to show what she did: in health it takes a few ms. */
const countWaitMs = 100
/** By how much ids grow: more than 1 where several servers share a table. */
const idStep = sql`@@session.auto_increment_increment`
/** How many comments go into one transaction, and how many of those are under way: one is read while the one before it is written. */
const lots = { atOnce: 2, most: 250, weight: (comments: CommentInfo[]) => comments.length }

type Comments =
  | 'commentAction'
  | 'addComment'
  | 'addComments'
  | 'listComments'
  | 'getVideoComIdList'
  | 'batchGetComment'

/** Comments of videos. */
export function comments(db: Database, commentCounts: Repeated): Pick<Feed, Comments> {
  const inTurn = gate({ name: 'comment commits', atOnce: 1 })
  const add = gather((lots: CommentInfo[][]) => insertComments(db, lots, inTurn), lots)

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
    await commentCounts.settled(countWaitMs)
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
function insertComments(db: Database, lots: CommentInfo[][], inTurn: Gate): Promise<Map<CommentInfo, Content>[]> {
  const asked = lots.flat()
  return transactInTwo(db, async ({ begin, commit }) => {
    const [videos, authors] = await begin([
      lockVideos(asked.map((comment) => comment.videoId)),
      statsOf(asked.map((comment) => comment.userId)),
    ])
    const there = new Set(videos?.rows.map((row) => row.id))
    const possible = asked.filter((comment) => there.has(comment.videoId))
    const createTime = Date.now()
    const sums = sumBy(
      possible.map(({ videoId }) => ({ videoId, delta: 1 })),
      ({ videoId }) => videoId,
    )
    const written = possible.length > 0 ? [insert(possible, createTime), addToCounts(sums)] : []
    const [inserted] = await inTurn(() => commit(written))
    const step = Number(videos?.rows[0]?.step ?? 1)
    const stats = new Map(authors?.rows.map((row): [number, AuthorStats] => [row.user_id, row as AuthorStats]))
    // The ids of one INSERT's rows follow each other, in the rows' order.
    const added = new Map(
      possible.map((comment, i): [CommentInfo, Content] => {
        const id = newId((inserted?.insertId ?? 0) + i * step)
        const { userId, commentText: str } = comment
        return [comment, { id, userId, str, create_time: createTime, author: stats.get(userId) ?? null }]
      }),
    )
    return lots.map(() => added)
  })
}

/** What is wrong with it, whatever there is. */
function problemOf({ userId, commentText }: CommentInfo): Failure | undefined {
  try {
    checkId('userId', userId)
    checkText('comment_text', commentText, limits.comment_characters)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function lockVideos(ids: number[]): SQL {
  const { id } = videoTable
  return sql`select ${id}, ${idStep} as step from ${videoTable} where ${isOneOf(id, new Set(ids))} and ${isThere}
    order by ${id} for update`
}

function statsOf(ids: number[]): SQL {
  const { userId, workCount, totalFavorited } = authorTable
  return sql`select ${userId}, ${workCount}, ${totalFavorited} from ${authorTable} where ${isOneOf(userId, new Set(ids))}`
}

function insert(comments: CommentInfo[], createTime: number): SQL {
  const rows = comments.map(({ videoId, userId, commentText }) => [videoId, userId, commentText, createTime])
  const columns = namesOf([commentTable.videoId, commentTable.userId, commentTable.text, commentTable.createTime])
  // mysql2 writes and escapes the rows: one parameter for all costs drizzle a fifth of one for each value.
  return sql`insert into ${commentTable} (${columns}) values ${sql.param(rows)}`
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
