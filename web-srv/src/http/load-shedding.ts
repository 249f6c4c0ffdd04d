import { Failure, status } from '@douyin/proto'
import type { Empty } from './envelope.ts'
import type { Place } from './route-label.ts'

/** Work that would only wait behind what is under way: HTTP 503, to be tried again. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}

/** Who is let in should be answered within this. */
const waitMs = 700
/** How often it is looked at how fast the work goes. */
const lookMs = 250
/** No more than so many are let in however fast it goes. */
const mostEver = 10_000
/**
 * Who is turned away hears it after this, and so many at a time: clients that ask again at once would else take all the
 * time there is from those who were let in.
 */
const refuseMs = 20
const refusedAtOnce = 150

/**
 * Lets as many requests in as can be answered in good time: `first` until it is known how fast the work goes, `least`
 * however slow it goes. The others get what `refuse` makes, before a route is looked for, since turning away has to cost less
 * than serving. Counted are endpoints and the pages that ask a service; not files, health and uploads, which last as long as
 * their clients please. A request comes here when its body has arrived.
 */
export function crowd(
  first: number,
  refuse: (request: Request, empty?: Empty) => Response,
  least = Math.min(256, first),
) {
  let most = first
  let inside = 0
  let finished = 0
  let come = 0
  /** How many all who came found inside, together. */
  let found = 0
  let lookedAt = performance.now()
  let outside: (() => void)[] = []

  const leave = () => {
    inside--
    finished++
  }

  /** While many wait, what is finished is all that can be done; then so many fit as Little's law says. */
  function look(): void {
    const ms = performance.now() - lookedAt
    if (ms < lookMs) return
    const fitting = Math.min(mostEver, Math.max(least, (finished / ms) * waitMs))
    if (found >= come * least) most = (most + fitting) / 2
    finished = 0
    come = 0
    found = 0
    lookedAt += ms
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      if (outside.push(resolve) === 1) setTimeout(refuseSome, refuseMs)
    })
  }

  function refuseSome(): void {
    for (const resolve of outside.slice(0, refusedAtOnce)) resolve()
    outside = outside.slice(refusedAtOnce)
    if (outside.length > 0) setTimeout(refuseSome, refuseMs)
  }

  return function within(request: Request, place: Pick<Place, 'endpoint' | 'rule'>, work: () => unknown): unknown {
    const { endpoint, rule } = place
    if (!rule || endpoint?.body === 'streamed') return work()
    look()
    come++
    found += inside
    if (inside >= most) return turn().then(() => refuse(request, endpoint?.empty))
    const result = work()
    // What is given at once needs no room.
    if (result instanceof Promise) {
      inside++
      result.then(leave, leave)
    }
    return result
  }
}
