import { Failure, status } from '@douyin/proto'
import type { Description } from './description.ts'

/** Work that would only wait behind what is under way: HTTP 503, to be tried again. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}

/**
 * Lets so many requests of endpoints in at a time; others get what `refuse` makes of the endpoint, at once: who is let in
 * does not wait behind them all. No route is looked for before, since turning away has to cost less than serving. Files,
 * health and uploads, which last as long as their clients please, are not counted.
 */
export function crowd(most: number, refuse: (request: Request, of: Description) => Response) {
  let inside = 0
  const leave = () => {
    inside--
  }
  return function within(request: Request, of: Description | undefined, work: () => unknown): unknown {
    if (!of || of.files) return work()
    if (inside >= most) return refuse(request, of)
    const result = work()
    // What is given at once needs no room.
    if (result instanceof Promise) {
      inside++
      result.then(leave, leave)
    }
    return result
  }
}
