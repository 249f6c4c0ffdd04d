import { Failure, status } from '@douyin/proto'

/** The request or the video has more bytes than allowed: HTTP 413. */
export class TooLarge extends Failure {
  constructor(what: 'request' | 'video', maxBytes: number) {
    super(status.RESOURCE_EXHAUSTED, `the ${what} is larger than the ${Math.floor(maxBytes / 1024 / 1024)} MiB allowed`)
  }
}
