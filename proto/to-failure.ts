import { Failure } from './failure.ts'

export interface Log {
  /** For details that only debugging needs. */
  debug?(fields: object, message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface FailureOptions {
  log: Log
  /** Is the error an outage of something that the service needs, such as its database? The caller gets UNAVAILABLE. */
  isOutage?: (error: unknown) => boolean
}

/** The failure that a caller gets. A Failure is passed on. Any other error is logged, and its details stay here. */
export function toFailure(error: unknown, method: string, { log, isOutage = () => false }: FailureOptions): Failure {
  if (error instanceof Failure) return error
  log.error({ err: error, method }, 'a call failed')
  return new Failure(isOutage(error) ? 'UNAVAILABLE' : 'INTERNAL')
}
