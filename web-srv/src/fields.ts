import * as v from 'valibot'

/** An id on HTTP: decimal digits in 1..2147483647. Everything else is refused, never cut to another id. */
export const id = (name: string) => {
  const message = `${name} must be a whole number from 1 to 2147483647`
  return v.pipe(
    v.string(message),
    v.regex(/^[0-9]{1,10}$/, message),
    v.transform(Number),
    v.minValue(1, message),
    v.maxValue(2 ** 31 - 1, message),
  )
}

export const required = (name: string) => v.string(`${name} is required`)

/** The camp's switch: 1 does, 2 undoes. */
export const actionType = v.pipe(v.picklist(['1', '2'], 'action_type must be 1 or 2'), v.transform(Number))

/** A time as the app sends it. What is no time means none: the app sends 0, nothing, and values beyond int64. */
export const looseTime = v.pipe(
  v.optional(v.string(), ''),
  v.transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : 0)),
)
