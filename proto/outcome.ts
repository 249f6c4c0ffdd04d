import { Failure, type status } from './failure.ts'
import type { Outcome } from './user.gen.ts'

/** The outcome of one action of a batch request. */
export const outcomeOf = (failure: Failure | undefined): Outcome =>
  failure ? { code: failure.code, message: failure.message } : { code: 0, message: '' }

/** The failure in an outcome; undefined for a success. */
export function failureOf({ code, message }: Outcome): Failure | undefined {
  return code === 0 ? undefined : new Failure(code as status, message)
}
