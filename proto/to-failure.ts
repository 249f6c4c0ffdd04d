import { Failure, status, unavailable } from './failure.ts'

export interface Log {
  /** What is for a closer look only. */
  debug?(fields: object, message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface FailureOptions {
  log: Log
  /** Is it an outage of something that the service needs, such as its database? The caller hears UNAVAILABLE. */
  isOutage?: (error: unknown) => boolean
}

/** What a caller hears of an error: a Failure as it is, of all else nothing but that it happened, which is logged. */
export function toFailure(error: unknown, method: string, { log, isOutage = () => false }: FailureOptions): Failure {
  if (error instanceof Failure) return error
  log.error({ err: error, method }, 'a call failed')
  return isOutage(error)
    ? unavailable('the database is not available at the moment')
    : new Failure(status.INTERNAL, 'internal error')
}
