import { Failure, status } from '@douyin/proto'
import type { EmptyFields } from './envelope.ts'
import type { MatchedRoute } from './route-label.ts'

/** Work that would only wait behind what is under way: HTTP 503, to be tried again. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}

/** Who is let in should be answered within this. */
const targetLatencyMs = 700
/** How often it is looked at how fast the work goes. */
const adjustMs = 250
/** No more than so many are let in however fast it goes. */
const maxLimit = 10_000
/**
 * Who is turned away hears it after this, and so many at a time: clients that ask again at once would else take all the
 * time there is from those who were let in.
 */
const rejectMs = 20
const rejectBatch = 150

/**
 * Lets as many requests in as can be answered in good time: `first` until it is known how fast the work goes, `least`
 * however slow it goes. The others get what `refuse` makes, before a route is looked for, since turning away has to cost less
 * than serving. Counted are endpoints and the pages that ask a service; not files, health and uploads, which last as long as
 * their clients please. A request comes here when its body has arrived.
 */
export function loadShedder(
  first: number,
  reject: (request: Request, empty?: EmptyFields) => Response,
  least = Math.min(256, first),
) {
  let limit = first
  let inFlight = 0
  let finished = 0
  let arrivals = 0
  /** How many all who came found inside, together. */
  let inFlightSum = 0
  let adjustedAt = performance.now()
  let rejectQueue: (() => void)[] = []

  const leave = () => {
    inFlight--
    finished++
  }

  /** While many wait, what is finished is all that can be done; then so many fit as Little's law says. */
  function adjustLimit(): void {
    const ms = performance.now() - adjustedAt
    if (ms < adjustMs) return
    const fitting = Math.min(maxLimit, Math.max(least, (finished / ms) * targetLatencyMs))
    if (inFlightSum >= arrivals * least) limit = (limit + fitting) / 2
    finished = 0
    arrivals = 0
    inFlightSum = 0
    adjustedAt += ms
  }

  function waitForRejection(): Promise<void> {
    return new Promise((resolve) => {
      if (rejectQueue.push(resolve) === 1) setTimeout(rejectSome, rejectMs)
    })
  }

  function rejectSome(): void {
    for (const resolve of rejectQueue.slice(0, rejectBatch)) resolve()
    rejectQueue = rejectQueue.slice(rejectBatch)
    if (rejectQueue.length > 0) setTimeout(rejectSome, rejectMs)
  }

  return function admit(
    request: Request,
    place: Pick<MatchedRoute, 'endpoint' | 'rule'>,
    work: () => unknown,
  ): unknown {
    const { endpoint, rule } = place
    if (!rule || endpoint?.body === 'streamed') return work()
    adjustLimit()
    arrivals++
    inFlightSum += inFlight
    if (inFlight >= limit) return waitForRejection().then(() => reject(request, endpoint?.empty))
    const result = work()
    // What is given at once needs no room.
    if (result instanceof Promise) {
      inFlight++
      result.then(leave, leave)
    }
    return result
  }
}
