import * as v from 'valibot'
import { int32, int64 } from './integers.ts'

/** An id on HTTP: decimal digits in 1..2147483647. Everything else is refused, never cut to another id. */
export const id = (name: string) => {
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

/** What the services hold a text to, in characters as people count them; here it is only told to who asks. */
interface TextSchema {
  minLength?: number
  maxLength?: number
  pattern?: string
  examples?: string[]
  description?: string
}

/** Text with something to see in it. */
export const notBlank = { pattern: '^\\s*[^\\s\\x00][^\\x00]*$' }

/** A name: the same without control characters. */
export const nameText = { pattern: '^ *[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$' }

export const required = (name: string, facts: TextSchema = {}) =>
  v.pipe(v.string(`${name} is required`), v.metadata({ minLength: 1, ...facts }))

/** Of a password that is chosen; the operator may ask for more. */
export const newPassword = { minLength: 6, description: 'as long as `/douyin/limits/` says at least' }

export const optionalText = (facts: TextSchema) => v.pipe(v.string(), v.metadata({ ...facts }))

/** An idempotency key: two attempts that bear it are one thing, as the answer to the first may be lost on its way. */
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

/** One position of the camp's switch. */
export const action = <Value extends number>(value: Value, message?: string) =>
  v.pipe(v.literal(`${value}`, message), v.transform(Number), v.literal(value), int32())

/** The camp's switch: 1 does, 2 undoes. */
export const actionType = v.pipe(
  v.picklist(['1', '2'], 'action_type must be 1 or 2'),
  v.transform(Number),
  v.picklist([1, 2]),
  int32(),
)

/** A time in ms and nothing else. */
export const time = (name: string) => {
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

/** A time as the app sends it. What is no time means none: the app sends 0, nothing, and values beyond int64(). */
export const looseTime = v.pipe(
  v.optional(v.string(), ''),
  v.transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : 0)),
  v.number(),
  v.integer(),
  int64(),
)
