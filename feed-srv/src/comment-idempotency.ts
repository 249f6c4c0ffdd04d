import { type Attempt, contentHash, findKeys, type InsertedRow, knownKey, type StatementResult } from '@douyin/database'
import { type CommentInfo, type Failure, keyUsedForOtherContent } from '@douyin/proto'
import type { SQL } from 'drizzle-orm'
import { idempotencyKeyTable, keyKinds } from './schema.ts'

/** The attempts of those comments that bear an idempotency key. */
export type Attempts = Map<CommentInfo, Attempt>
/** What was made under each key, by its name. */
export type KnownKeys = Map<string, Attempt & InsertedRow>

export const attemptsOf = (comments: CommentInfo[]): Attempts =>
  new Map(comments.flatMap((comment) => attemptOf(comment)))

function attemptOf(comment: CommentInfo): [CommentInfo, Attempt][] {
  const { userId, videoId, commentText, send_id: key } = comment
  if (!key) return []
  return [[comment, { userId, kind: keyKinds.comment, key, contentHash: contentHash(videoId, commentText) }]]
}

/** Reads which keys are known; no statement where no comment bears one. */
export const findKnown = (attempts: Attempts): SQL[] =>
  attempts.size > 0 ? [findKeys(idempotencyKeyTable, [...attempts.values()])] : []

export const knownKeys = (given: StatementResult | undefined): KnownKeys =>
  new Map(given?.rows.map(knownKey).map((key) => [nameOf(key), key]))

const nameOf = ({ userId, key }: Attempt) => `${userId} ${key}`

/** The comments that are still to be made: of several that bear one key only the first. */
export function unmade(comments: CommentInfo[], attempts: Attempts, known: KnownKeys): CommentInfo[] {
  const names = new Set(known.keys())
  return comments.filter((comment) => {
    const attempt = attempts.get(comment)
    if (!attempt) return true
    const isNew = !names.has(nameOf(attempt))
    names.add(nameOf(attempt))
    return isNew
  })
}

export function addKnown(known: KnownKeys, attempts: Attempts, made: Map<CommentInfo, InsertedRow>): void {
  for (const [comment, one] of made) {
    const attempt = attempts.get(comment)
    if (attempt) known.set(nameOf(attempt), { ...attempt, ...one })
  }
}

/** What was made under the key of this attempt, whenever that was. */
export function madeUnder(attempt: Attempt, known: KnownKeys): InsertedRow | Failure | undefined {
  const first = known.get(nameOf(attempt))
  return first && first.contentHash !== attempt.contentHash ? keyUsedForOtherContent('send_id') : first
}
