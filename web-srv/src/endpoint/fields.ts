import { encodeFailure, Failure, type Field } from '@douyin/proto'
import * as v from 'valibot'
import { int32, int64 } from './integers.ts'

const maxId = 2 ** 31 - 1

/** An id on HTTP: decimal digits in 1..2147483647. Any other value is rejected, never truncated to another id. */
export const idParameter = (field: Field) => {
  const message = encodeFailure(new Failure('NOT_WHOLE_NUMBER', { field, min: 1, max: maxId }))
  return v.pipe(
    v.string(message),
    v.regex(/^[0-9]{1,10}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(1, message),
    v.maxValue(maxId, message),
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

export const required = (field: Field, limits: TextSchema = {}) =>
  v.pipe(v.string(encodeFailure(new Failure('PARAMETER_MISSING', { field }))), v.metadata({ minLength: 1, ...limits }))

/** Limits of a new password. The operator may require more characters. */
export const newPassword = { minLength: 6, description: 'as long as `/douyin/limits/` says at least' }

export const optionalText = (limits: TextSchema) => v.pipe(v.string(), v.metadata({ ...limits }))

/** An idempotency key: requests with the same key act once, since the response to the first may be lost. */
export const idempotencyKey = (field: Field, what: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\w-]{1,64}$/, encodeFailure(new Failure('IDEMPOTENCY_KEY_MALFORMED', { field }))),
      v.description(
        `of your making, the same when you try again: for three days such ${what} once, whatever was restarted; with other content it is refused`,
      ),
    ),
  )

/** One value of the camp's `action_type`. */
export const action = <Value extends number>(value: Value, message?: string) =>
  v.pipe(v.literal(`${value}`, message), v.transform(Number), v.literal(value), int32())

export const notOneOrTwo = encodeFailure(new Failure('ACTION_TYPE_NOT_1_OR_2'))

/** The camp's `action_type`: 1 does, 2 undoes. */
export const actionType = v.pipe(v.picklist(['1', '2'], notOneOrTwo), v.transform(Number), v.picklist([1, 2]), int32())

/** A time in ms. Any other value is rejected. */
export const timeParameter = (field: Field) => {
  const message = encodeFailure(new Failure('NOT_MILLISECONDS', { field }))
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
