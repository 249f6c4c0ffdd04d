// The parsers throw this instead of a Failure. They run in a worker, which would start much later if it loaded the RPC
// library, and an error loses its class on the way out. parser.ts makes the Failure.
import type { Reason, Values } from '@douyin/proto'

type Rest<R extends Reason> = object extends Values<R> ? [values?: Values<R>] : [values: Values<R>]

/** The bytes of a file are not a video that is accepted. */
export class InvalidVideo<R extends Reason = Reason> extends Error {
  readonly reason: R
  readonly values: Values<R>

  constructor(reason: R, ...[values = {} as Values<R>]: Rest<R>) {
    super(reason)
    this.reason = reason
    this.values = values
  }
}
