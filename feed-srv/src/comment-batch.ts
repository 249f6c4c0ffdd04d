import {
  type Attempt,
  type Database,
  type InsertedRow,
  insertKey,
  isOneOf,
  namesOf,
  plus,
  prebuilt,
  type StatementResult,
  sumBy,
  transactInTwoRoundTrips,
} from '@douyin/database'
import { type AuthorStats, type CommentInfo, type Content, Failure, newId } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import { addKnown, attemptsOf, findKnown, knownKeys, newComments, rowOfKey } from './comment-idempotency.ts'
import { authorTable, commentTable, idempotencyKeyTable, videoTable } from './schema.ts'
import { isPublished } from './videos.ts'

/** The result of each comment. One whose video does not exist is left out. */
type Added = Map<CommentInfo, Content | Failure>

/**
 * Inserts the comments whose video exists, and adds to the counts, in one transaction: all callers wait for the disk once,
 * and a count that all of them change is written once.
 */
export function insertComments(db: Database, batches: CommentInfo[][]): Promise<Added[]> {
  const comments = batches.flat()
  const attempts = attemptsOf(comments)
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const [videos, authors, keys] = await begin([
      lockVideos(comments.map((comment) => comment.videoId)),
      statsOf(comments.map((comment) => comment.userId)),
      // After the lock, so that it finds the keys of another batch for the same video.
      ...findKnown(attempts),
    ])
    const existing = new Set(videos?.rows.map((row) => row.id))
    const known = knownKeys(keys)
    const valid = newComments(comments, attempts, known).filter((comment) => existing.has(comment.videoId))
    const createTime = Date.now()
    const inserts = valid.map((comment) => insert(comment, attempts.get(comment), createTime))
    const results = await commit([...inserts.flat(), ...addToCounts(valid)])
    const inserted = insertedRows(inserts, results, valid, createTime)
    addKnown(known, attempts, inserted)
    const stats = new Map(authors?.rows.map((row): [number, AuthorStats] => [row.user_id, row as AuthorStats]))
    const added: Added = new Map()
    for (const comment of comments) {
      const attempt = attempts.get(comment)
      const row = attempt ? rowOfKey(attempt, known) : inserted.get(comment)
      if (row instanceof Failure) added.set(comment, row)
      else if (row) added.set(comment, contentOf(comment, row, stats.get(comment.userId)))
    }
    return batches.map(() => added)
  })
}

function lockVideos(ids: number[]): SQL {
  const { id } = videoTable
  return sql`select ${id} from ${videoTable} where ${isOneOf(id, new Set(ids))} and ${isPublished} order by ${id} for update`
}

function statsOf(ids: number[]): SQL {
  const { userId, workCount, totalFavorited } = authorTable
  return sql`select ${userId}, ${workCount}, ${totalFavorited} from ${authorTable} where ${isOneOf(userId, new Set(ids))}`
}

const columns = namesOf([commentTable.videoId, commentTable.userId, commentTable.text, commentTable.createTime])
const insertComment = prebuilt(sql`insert into ${commentTable} (${columns}) values `)

/** One INSERT for each comment: only the server knows the ids of an INSERT with several rows. */
function insert(
  { videoId, userId, commentText }: CommentInfo,
  attempt: Attempt | undefined,
  createTime: number,
): SQL[] {
  // One parameter for the whole row, which mysql2 escapes, costs drizzle a fifth of one for each value.
  const row = sql.param([[videoId, userId, commentText, createTime]])
  const inserted = sql`${insertComment}${row}`
  return attempt ? [inserted, insertKey(idempotencyKeyTable, attempt, createTime)] : [inserted]
}

function addToCounts(comments: CommentInfo[]): SQL[] {
  if (comments.length === 0) return []
  const { id, commentCount } = videoTable
  const sums = sumBy(
    comments.map(({ videoId }) => ({ videoId, delta: 1 })),
    ({ videoId }) => videoId,
  )
  return [
    sql`update ${videoTable} set ${commentCount} = ${plus(commentCount, id, sums)} where ${isOneOf(id, sums.keys())}`,
  ]
}

/** The id of each comment is the one that its own INSERT made. */
function insertedRows(
  inserts: SQL[][],
  results: StatementResult[],
  comments: CommentInfo[],
  createTime: number,
): Map<CommentInfo, InsertedRow> {
  let next = 0
  return new Map(
    comments.map((comment, i) => {
      const id = newId(results[next]?.insertId ?? 0)
      next += inserts[i]?.length ?? 0
      return [comment, { id, createTime }]
    }),
  )
}

function contentOf(
  { userId, commentText: str }: CommentInfo,
  { id, createTime }: InsertedRow,
  author?: AuthorStats,
): Content {
  return { id, userId, str, create_time: createTime, author: author ?? null }
}
