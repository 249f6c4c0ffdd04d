// The responses that clients see: each key with its type, and no other key.
import * as v from 'valibot'
import { int32, int64 } from './integers.ts'

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
export const id = v.pipe(whole, v.minValue(1), v.maxValue(2 ** 31 - 1), int32())
export const count = v.pipe(whole, v.maxValue(2 ** 31 - 1), int32())
/** A count that may exceed int32: bytes, likes of many videos, and limits that a setting can raise. */
export const largeCount = v.pipe(whole, int64())
export const time = v.pipe(whole, int64(), v.description('ms since 1970'))
const url = v.pipe(
  v.string(),
  v.metadata({ format: 'uri-reference' }),
  v.description('a URL, or a path if the server does not know by which name the caller reaches it'),
)
const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description))

export const user = v.strictObject({
  id,
  name: v.string(),
  follow_count: count,
  follower_count: count,
  is_follow: described(v.boolean(), 'does the caller follow this user; of oneself false'),
  avatar: described(url, 'painted if none was given'),
  background_image: described(url, 'painted if none was given'),
  signature: v.string(),
  total_favorited: described(largeCount, 'likes received'),
  work_count: described(count, 'videos published'),
  favorite_count: described(count, 'likes given'),
})

export const video = v.strictObject({
  id,
  author: user,
  play_url: url,
  cover_url: url,
  favorite_count: count,
  comment_count: count,
  is_favorite: described(v.boolean(), 'does the caller like it'),
  title: v.string(),
})

export const comment = v.strictObject({
  id,
  user,
  content: v.string(),
  create_date: v.pipe(v.string(), v.regex(/^\d\d-\d\d$/), v.description('mm-dd')),
})

export const listedComment = v.strictObject({
  ...comment.entries,
  create_time: v.optional(
    described(time, 'ms since 1970; only on a page, that is with limit or cursor, and for a send_id'),
  ),
})

export const friend = v.strictObject({
  ...user.entries,
  message: described(v.string(), 'the last between caller and friend, or empty'),
  msgType: described(v.pipe(v.picklist([0, 1]), int32()), '0: the caller received it, 1: sent it'),
})

export const conversation = v.strictObject({ ...friend.entries, unread_count: count, last_time: time })

export const unread = v.strictObject({ user_id: id, count })

export const message = v.strictObject({
  id,
  to_user_id: id,
  from_user_id: id,
  content: v.string(),
  create_time: time,
})

/** The key that paging adds to a list. */
export const nextPage = {
  next_cursor: v.optional(
    described(v.string(), 'only with limit or cursor: the cursor of the next page, empty on the last'),
  ),
}

export const failureCodes = [1, 2, 3, 4, 5, 8, 10]
/** The names in generated clients, in the order of the codes. */
const codeNames = 'SUCCESS OURS NAME_TAKEN SIGN_IN WRONG_PARAMETER NOT_FOUND NOT_YOURS TOO_OFTEN'.split(' ')
export const statusCode = described(
  v.pipe(v.picklist([0, ...failureCodes]), int32(), v.metadata({ 'x-enum-varnames': codeNames })),
  '0 success, 1 ours, 2 name taken, 3 sign in, 4 a parameter is wrong, 5 not there, 8 not yours, 10 too often',
)
/** The keys of every response. */
export const envelopeFields = { status_code: statusCode, status_msg: described(v.string(), 'a sentence for a human') }

/** Any failure. It may also have the keys of its endpoint, with empty values. */
export const anyFailure = v.looseObject(envelopeFields)

/** The schemas that the API description defines by name. */
export const namedSchemas = {
  User: user,
  Video: video,
  Comment: listedComment,
  Friend: friend,
  Conversation: conversation,
  Unread: unread,
  Message: message,
  Failure: anyFailure,
  StatusCode: statusCode,
}
