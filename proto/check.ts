import { Failure } from './failure.ts'
import type { Field } from './reasons.ts'

/** The maximum lengths of user input, in characters. */
export const limits = {
  username_characters: 32,
  password_characters: 32,
  title_characters: 255,
  comment_characters: 1000,
  message_characters: 1000,
  signature_characters: 255,
} as const

/** How many ids a request may carry, and how many rows a response may hold. */
export const maxIds = 1000

/** The feed of followed users covers this many of them at most, the newest: their ids are read at once. */
export const maxFollowsInFeed = 10_000

/** The number of code points: unlike `length`, it counts an emoji outside the basic plane as one. */
export function characters(text: string): number {
  return [...text].length
}

/** Rejects text that is blank, too long or contains NUL. Accepted text is stored unchanged. */
export function checkText(field: Field, text: string, max: number): void {
  if (text.trim() === '') throw new Failure('TEXT_BLANK', { field })
  checkLength(field, text, max)
}

/** As `checkText`, for text that may be empty. */
export function checkLength(field: Field, text: string, max: number): void {
  if (characters(text) > max) throw new Failure('TEXT_TOO_LONG', { field, max })
  if (text.includes('\0')) throw new Failure('TEXT_WITH_NUL', { field })
}

export function checkIds(ids: (number | string)[]): void {
  if (ids.length > maxIds) throw new Failure('TOO_MANY_IDS', { max: maxIds })
}

export function checkId(field: Field, id: number): void {
  if (id <= 0) throw new Failure('NOT_POSITIVE', { field })
}

/**
 * Checks the id of a new row. The contract's ids are int32: a greater one would wrap and become the id of another row.
 */
export function newId(id: number): number {
  if (id > 2 ** 31 - 1) throw new Error('out of int32 ids')
  return id
}

/** Checks the requested page size; 0 means `fallback`. */
export function checkLimit(limit: number, fallback = maxIds, max = maxIds): number {
  if (limit < 0 || limit > max) throw new Failure('NOT_WHOLE_NUMBER', { field: 'limit', min: 1, max })
  return limit || fallback
}

/** Parses the camp's action_type: 1 does the action, 2 undoes it. */
export function parseActionType(actionType: number): boolean {
  if (actionType !== 1 && actionType !== 2) throw new Failure('ACTION_TYPE_NOT_1_OR_2')
  return actionType === 1
}

/** Checks an idempotency key: a client may send a request again with the same key, and its row is created once. */
export function checkKey(field: Field, key: string): void {
  if (!/^[\w-]{1,64}$/.test(key)) throw new Failure('IDEMPOTENCY_KEY_MALFORMED', { field })
}
