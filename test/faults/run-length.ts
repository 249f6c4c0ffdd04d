/** `bun run test:faults` runs the long version of a test, CI the short one. */
export const isLong = Bun.env.FAULTS === 'long'

export const longOrShort = <Value>(long: Value, short: Value): Value => (isLong ? long : short)
