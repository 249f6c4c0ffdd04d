import { Failure, status } from '@douyin/proto'

/** A rate limit is exceeded: HTTP 429. */
export class TooOften extends Failure {
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super(status.RESOURCE_EXHAUSTED, `too often, please try again in ${retryAfterS} s`)
    this.retryAfterS = retryAfterS
  }
}
