import * as v from 'valibot'
import { int32, int64 } from './integers.ts'

/** An id on HTTP: decimal digits in 1..2147483647. Any other value is rejected, never truncated to another id. */
export const idParameter = (name: string) => {
  const message = `${name} must be a whole number from 1 to 2147483647`
  return v.pipe(
    v.string(message),
    v.regex(/^[0-9]{1,10}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(1, message),
    v.maxValue(2 ** 31 - 1, message),
    int32(),
  )
}

/** Limits of a text, in Unicode code points. The services check them; here they are only documentation. */
interface TextSchema {
  minLength?: number
  maxLength?: number
  pattern?: string
  examples?: string[]
  description?: string
}

/** Text with at least one visible character. */
export const notBlank = { pattern: '^\\s*[^\\s\\x00][^\\x00]*$' }

/** A name: like `notBlank`, without control characters. */
export const nameText = { pattern: '^ *[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$' }

export const required = (name: string, limits: TextSchema = {}) =>
  v.pipe(v.string(`${name} is required`), v.metadata({ minLength: 1, ...limits }))

/** Limits of a new password. The operator may require more characters. */
export const newPassword = { minLength: 6, description: 'as long as `/douyin/limits/` says at least' }

export const optionalText = (limits: TextSchema) => v.pipe(v.string(), v.metadata({ ...limits }))

/** An idempotency key: requests with the same key act once, since the response to the first may be lost. */
export const idempotencyKey = (name: string, what: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\w-]{1,64}$/, `${name} must be 1 to 64 letters, digits, _ or -`),
      v.description(
        `of your making, the same when you try again: for three days such ${what} once, whatever was restarted; with other content it is refused`,
      ),
    ),
  )

/** One value of the camp's `action_type`. */
export const action = <Value extends number>(value: Value, message?: string) =>
  v.pipe(v.literal(`${value}`, message), v.transform(Number), v.literal(value), int32())

/** The camp's `action_type`: 1 does, 2 undoes. */
export const actionType = v.pipe(
  v.picklist(['1', '2'], 'action_type must be 1 or 2'),
  v.transform(Number),
  v.picklist([1, 2]),
  int32(),
)

/** A time in ms. Any other value is rejected. */
export const timeParameter = (name: string) => {
  const message = `${name} must be a whole number of milliseconds`
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(0),
    v.maxValue(999_999_999_999_999),
    int64(),
  )
}

/** A time as the app sends it. An invalid value means no time: the app sends 0, nothing, and values beyond int64. */
export const looseTime = v.pipe(
  v.optional(v.string(), ''),
  v.transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : 0)),
  v.number(),
  v.integer(),
  int64(),
)
