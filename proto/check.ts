import { invalid } from './failure.ts'

/** Characters of what people write, at most. */
export const limits = {
  username_characters: 32,
  password_characters: 32,
  title_characters: 255,
  comment_characters: 1000,
  message_characters: 1000,
  signature_characters: 255,
} as const

/** How many ids one call may carry, and how many rows one answer may hold. */
export const maxIds = 1000

/** The feed of whom one follows is of so many of them, the newest: their ids are read at once. */
export const maxFollowsInFeed = 10_000

/** Characters as people count them: an emoji outside the basic plane is one. */
export function characters(text: string): number {
  return [...text].length
}

/** Refuses text that is blank, too long or holds NUL. What is accepted is kept as it was given. */
export function checkText(what: string, text: string, max: number): void {
  if (text.trim() === '') throw invalid(`${what} must not be blank`)
  checkLength(what, text, max)
}

/** The same for text that may be empty. */
export function checkLength(what: string, text: string, max: number): void {
  if (characters(text) > max) throw invalid(`${what} must have at most ${max} characters`)
  if (text.includes('\0')) throw invalid(`${what} must not hold a NUL character`)
}

export function checkIds(ids: (number | string)[]): void {
  if (ids.length > maxIds) throw invalid(`at most ${maxIds} ids at once`)
}

export function checkId(what: string, id: number): void {
  if (id <= 0) throw invalid(`${what} must be a positive number`)
}

/** The id of a new row. The contract's ids are int32: one beyond would be wrapped, and so be somebody else's. */
export function newId(id: number): number {
  if (id > 2 ** 31 - 1) throw new Error('out of int32 ids')
  return id
}

/** A wanted page size: 0 means `fallback`. */
export function checkLimit(limit: number, fallback = maxIds, most = maxIds): number {
  if (limit < 0 || limit > most) throw invalid(`limit must be from 1 to ${most}`)
  return limit || fallback
}

/** The camp's action_type: 1 does, 2 undoes. */
export function parseActionType(actionType: number): boolean {
  if (actionType !== 1 && actionType !== 2) throw invalid('action_type must be 1 or 2')
  return actionType === 1
}

/** What a client calls one thing that it may send again: the same key, and it is made once. */
export function checkKey(what: string, key: string): void {
  if (!/^[\w-]{1,64}$/.test(key)) throw invalid(`${what} must be 1 to 64 letters, digits, _ or -`)
}

export const keyUsedForOtherContent = (what: string) =>
  invalid(`this ${what} was used for other content: take a new one`)
