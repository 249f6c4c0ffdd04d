import { decodeFailure, encodeFailure, type Failure } from './failure.ts'
import type { Outcome } from './user.gen.ts'

/** The outcome of one action of a batch request. */
export const outcomeOf = (failure: Failure | undefined): Outcome =>
  failure ? { code: failure.code, message: failure.message, failure: encodeFailure(failure) } : { code: 0, message: '' }

/** The failure in an outcome; undefined for a success. */
export const failureOf = ({ code, failure }: Outcome): Failure | undefined =>
  code === 0 ? undefined : decodeFailure(failure, code)
