import { Failure, status } from '@douyin/proto'

/** Work that would only wait behind what is under way: HTTP 503, to be tried again. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}

/** Lets so many in at a time, and turns others away at once: who is let in does not wait behind them all. */
export function crowd(most: number) {
  let inside = 0
  /** Throws within the turn, not later: where too many are, turning them away has to cost less than serving them. */
  return function within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (inside >= most) throw new TooBusy()
    inside++
    return work().finally(() => inside--)
  }
}
