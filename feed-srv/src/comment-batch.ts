import {
  type Attempt,
  type Database,
  type InsertedRow,
  insertKey,
  isOneOf,
  namesOf,
  prebuilt,
  type StatementResult,
  sumBy,
  transactInTwoRoundTrips,
} from '@douyin/database'
import type { Gate } from '@douyin/process'
import { type AuthorStats, type CommentInfo, type Content, Failure, newId } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import { addToCounts } from './comment-counts.ts'
import { addKnown, attemptsOf, findKnown, knownKeys, madeUnder, unmade } from './comment-idempotency.ts'
import { authorTable, commentTable, idempotencyKeyTable, videoTable } from './schema.ts'
import { isThere } from './videos.ts'

/** How each comment ended; one whose video is not there is left out. */
type Added = Map<CommentInfo, Content | Failure>

/**
 * Rows for those whose video is there, and their counts, in one transaction: the disk is waited for once, and a count that
 * everybody changes is changed once.
 */
export function insertComments(db: Database, lots: CommentInfo[][], inTurn: Gate): Promise<Added[]> {
  const asked = lots.flat()
  const attempts = attemptsOf(asked)
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const [videos, authors, keys] = await begin([
      lockVideos(asked.map((comment) => comment.videoId)),
      statsOf(asked.map((comment) => comment.userId)),
      // Behind the lock, so that it finds what another batch has made of the same video.
      ...findKnown(attempts),
    ])
    const there = new Set(videos?.rows.map((row) => row.id))
    const known = knownKeys(keys)
    const possible = unmade(asked, attempts, known).filter((comment) => there.has(comment.videoId))
    const createTime = Date.now()
    const inserts = possible.map((comment) => insert(comment, attempts.get(comment), createTime))
    const given = await inTurn(() => commit([...inserts.flat(), ...count(possible)]))
    const made = madeBy(inserts, given, possible, createTime)
    addKnown(known, attempts, made)
    const stats = new Map(authors?.rows.map((row): [number, AuthorStats] => [row.user_id, row as AuthorStats]))
    const added: Added = new Map()
    for (const comment of asked) {
      const attempt = attempts.get(comment)
      const one = attempt ? madeUnder(attempt, known) : made.get(comment)
      if (one instanceof Failure) added.set(comment, one)
      else if (one) added.set(comment, contentOf(comment, one, stats.get(comment.userId)))
    }
    return lots.map(() => added)
  })
}

function lockVideos(ids: number[]): SQL {
  const { id } = videoTable
  return sql`select ${id} from ${videoTable} where ${isOneOf(id, new Set(ids))} and ${isThere} order by ${id} for update`
}

function statsOf(ids: number[]): SQL {
  const { userId, workCount, totalFavorited } = authorTable
  return sql`select ${userId}, ${workCount}, ${totalFavorited} from ${authorTable} where ${isOneOf(userId, new Set(ids))}`
}

const columns = namesOf([commentTable.videoId, commentTable.userId, commentTable.text, commentTable.createTime])
const insertComment = prebuilt(sql`insert into ${commentTable} (${columns}) values `)

/** An INSERT for each comment, as only the server knows by how much the ids of one INSERT's rows grow. */
function insert(
  { videoId, userId, commentText }: CommentInfo,
  attempt: Attempt | undefined,
  createTime: number,
): SQL[] {
  // mysql2 writes and escapes the row: one parameter for all costs drizzle a fifth of one for each value.
  const row = sql.param([[videoId, userId, commentText, createTime]])
  const inserted = sql`${insertComment}${row}`
  return attempt ? [inserted, insertKey(idempotencyKeyTable, attempt, createTime)] : [inserted]
}

function count(comments: CommentInfo[]): SQL[] {
  const deltas = comments.map(({ videoId }) => ({ videoId, delta: 1 }))
  return deltas.length > 0 ? [addToCounts(sumBy(deltas, ({ videoId }) => videoId))] : []
}

/** The id of each comment is what its own INSERT gave. */
function madeBy(
  inserts: SQL[][],
  given: StatementResult[],
  comments: CommentInfo[],
  createTime: number,
): Map<CommentInfo, InsertedRow> {
  let next = 0
  return new Map(
    comments.map((comment, i) => {
      const id = newId(given[next]?.insertId ?? 0)
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
