// Failures with an HTTP status of their own: see envelope.ts.
import { Failure, status } from '@douyin/proto'

/** The body did not arrive in time: HTTP 408. */
export class TooSlow extends Failure {
  constructor(message: string) {
    super(status.INVALID_ARGUMENT, message)
  }
}

/** The request or the video has more bytes than allowed: HTTP 413. */
export class TooLarge extends Failure {
  constructor(what: 'request' | 'video', maxBytes: number) {
    super(status.RESOURCE_EXHAUSTED, `the ${what} is larger than the ${Math.floor(maxBytes / 1024 / 1024)} MiB allowed`)
  }
}

/** A rate limit is exceeded: HTTP 429. */
export class TooOften extends Failure {
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super(status.RESOURCE_EXHAUSTED, `too often, please try again in ${retryAfterS} s`)
    this.retryAfterS = retryAfterS
  }
}

/** The request would only wait behind those in flight: HTTP 503. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}
