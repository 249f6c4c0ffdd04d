/** `bun run test:faults` does it at length; CI does the same in short. */
export const isLong = Bun.env.FAULTS === 'long'

export const inLong = <Value>(long: Value, short: Value): Value => (isLong ? long : short)
