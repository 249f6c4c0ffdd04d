import { type Attempt, contentHash, findKeys, type InsertedRow, knownKey, type StatementResult } from '@douyin/database'
import { type CommentInfo, Failure } from '@douyin/proto'
import type { SQL } from 'drizzle-orm'
import { idempotencyKeyTable, keyKinds } from './schema.ts'

/** The attempts of the comments that have an idempotency key. */
export type Attempts = Map<CommentInfo, Attempt>
/** The attempts whose row exists, by user and key. */
export type KnownKeys = Map<string, Attempt & InsertedRow>

export const attemptsOf = (comments: CommentInfo[]): Attempts =>
  new Map(comments.flatMap((comment) => attemptOf(comment)))

function attemptOf(comment: CommentInfo): [CommentInfo, Attempt][] {
  const { userId, videoId, commentText, send_id: key } = comment
  if (!key) return []
  return [[comment, { userId, kind: keyKinds.comment, key, contentHash: contentHash(videoId, commentText) }]]
}

/** Reads which keys exist already. No statement if no comment has a key. */
export const findKnown = (attempts: Attempts): SQL[] =>
  attempts.size > 0 ? [findKeys(idempotencyKeyTable, [...attempts.values()])] : []

export const knownKeys = (result: StatementResult | undefined): KnownKeys =>
  new Map(result?.rows.map(knownKey).map((key) => [nameOf(key), key]))

const nameOf = ({ userId, key }: Attempt) => `${userId} ${key}`

/** The comments that have no row yet. Of several with one key it is only the first. */
export function newComments(comments: CommentInfo[], attempts: Attempts, known: KnownKeys): CommentInfo[] {
  const names = new Set(known.keys())
  return comments.filter((comment) => {
    const attempt = attempts.get(comment)
    if (!attempt) return true
    const isNew = !names.has(nameOf(attempt))
    names.add(nameOf(attempt))
    return isNew
  })
}

export function addKnown(known: KnownKeys, attempts: Attempts, inserted: Map<CommentInfo, InsertedRow>): void {
  for (const [comment, row] of inserted) {
    const attempt = attempts.get(comment)
    if (attempt) known.set(nameOf(attempt), { ...attempt, ...row })
  }
}

/** The row of the first attempt with this key. */
export function rowOfKey(attempt: Attempt, known: KnownKeys): InsertedRow | Failure | undefined {
  const first = known.get(nameOf(attempt))
  return first && first.contentHash !== attempt.contentHash
    ? new Failure('IDEMPOTENCY_KEY_REUSED', { field: 'send_id' })
    : first
}
