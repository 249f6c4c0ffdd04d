import { Failure, type status } from './failure.ts'
import type { Outcome } from './user.gen.ts'

/** How one of many ended that a call carries. */
export const outcomeOf = (failure: Failure | undefined): Outcome =>
  failure ? { code: failure.code, message: failure.message } : { code: 0, message: '' }

/** The failure that an outcome tells of; undefined for a success. */
export function failureOf({ code, message }: Outcome): Failure | undefined {
  return code === 0 ? undefined : new Failure(code as status, message)
}
