import { expect } from 'bun:test'
import { until } from '../stack.ts'

export interface User {
  id: number
  name: string
  follow_count: number
  follower_count: number
  is_follow: boolean
  avatar: string
  background_image: string
  signature: string
  total_favorited: number
  work_count: number
  favorite_count: number
}

export interface Video {
  id: number
  author: User
  play_url: string
  cover_url: string
  favorite_count: number
  comment_count: number
  is_favorite: boolean
  title: string
}

export interface Comment {
  id: number
  user: User
  content: string
  create_date: string
}

export interface Friend extends User {
  message: string
  msgType: 0 | 1
}

export interface Conversation extends Friend {
  unread_count: number
  last_time: number
}

export interface Message {
  id: number
  to_user_id: number
  from_user_id: number
  content: string
  create_time: number
}

/** The keys of all endpoints. A test may only read those of the endpoint that it called. */
export interface Body {
  status_code: number
  status_msg: string
  user_id: number
  token: string
  user: User
  video_list: Video[]
  next_time: number
  comment: Comment
  comment_list: Comment[]
  user_list: User[]
  video: Video
  message_list: Message[]
  conversation_list: Conversation[]
  unread_list: { user_id: number; count: number }[]
  next_cursor: string
}

export interface Answer {
  http: number
  headers: Headers
  text: string
  body: Body
}

const sql = /\b(?:select|insert|update|delete)\b.*\b(?:from|into|set|where)\b|mysql|\bduplicate entry\b/i
const internals = /node_modules|\.ts\b|\n\s+at |\/(?:tmp|work|usr|home|etc|var)\/|grpc|ECONN|TypeError/i
const secretKey = /passw|hash|salt|secret|follow_?ids?$|fav_?list/i

/** Reads an answer, and checks that it is JSON in the envelope and contains no SQL, secret or other internals. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  const body = JSON.parse(text) as Body
  expect([typeof body.status_code, typeof body.status_msg]).toEqual(['number', 'string'])
  expect(keysOf(body).filter((key) => secretKey.test(key))).toEqual([])
  expect(body.status_msg).not.toMatch(sql)
  expect(text).not.toMatch(/argon2|\$2[aby]\$/)
  expect(body.status_msg).not.toMatch(internals)
  return { http: response.status, headers: response.headers, text, body }
}

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
}

export function success({ http, body }: Answer): Body {
  expect([http, body.status_code, body.status_msg]).toEqual([200, 0, 'success'])
  return body
}

/** Checks that the answer is a business failure: HTTP 200, a code, and a message. */
export function refused({ http, body }: Answer): Body {
  expect([http, body.status_code !== 0, body.status_msg.trim() !== '']).toEqual([200, true, true])
  return body
}

/** Waits until the value read equals the expected one, else fails with the difference. Counts lag behind an action. */
export async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  let last: T | undefined
  await until(async () => {
    last = await read()
    return Bun.deepEquals(last, expected)
  }).catch(() => {})
  expect(last).toEqual(expected)
}

/** Exactly these keys with these types. No key is left out because its value is 0, false or "". */
export const userTypes = {
  id: 'number',
  name: 'string',
  follow_count: 'number',
  follower_count: 'number',
  is_follow: 'boolean',
  avatar: 'string',
  background_image: 'string',
  signature: 'string',
  total_favorited: 'number',
  work_count: 'number',
  favorite_count: 'number',
}

export const videoTypes = {
  id: 'number',
  author: userTypes,
  play_url: 'string',
  cover_url: 'string',
  favorite_count: 'number',
  comment_count: 'number',
  is_favorite: 'boolean',
  title: 'string',
}

export const commentTypes = { id: 'number', user: userTypes, content: 'string', create_date: 'string' }

export const friendTypes = { ...userTypes, message: 'string', msgType: 'number' }

export const messageTypes = {
  id: 'number',
  to_user_id: 'number',
  from_user_id: 'number',
  content: 'string',
  create_time: 'number',
}

export function typesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typesOf(inner)]))
}
