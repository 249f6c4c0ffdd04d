import type { EmptyFields } from './envelope.ts'
import type { BodyLimits } from './request-body.ts'

/** The part of a matched route that load shedding reads. A route without a rule is never shed. */
interface SheddableRoute {
  rule?: string
  endpoint?: { body?: BodyLimits | 'streamed'; empty?: EmptyFields }
}

/** Admitted requests should be answered within this time. */
const targetLatencyMs = 700
/** Interval at which the limit is adjusted to the measured throughput. */
const adjustMs = 250
/** Upper bound of the limit, however high the throughput is. */
const maxLimit = 10_000
/**
 * Rejections are delayed by this time and sent in batches of this size. Otherwise clients that retry immediately would
 * take all CPU time from the admitted requests.
 */
const rejectMs = 20
const rejectBatch = 150

/**
 * Admits as many concurrent requests as can be answered within the target latency. The limit is `initialLimit` until
 * the throughput is measured, and never less than `minLimit`. Other requests get the response of `reject`, before
 * routing, since a rejection must cost less than serving. Endpoints and the pages that call a service count. Files,
 * health checks and uploads do not: the client decides how long they last. A request comes here after its body arrived.
 */
export function loadShedder(
  initialLimit: number,
  reject: (request: Request, empty?: EmptyFields) => Response,
  minLimit = Math.min(256, initialLimit),
) {
  let limit = initialLimit
  let inFlight = 0
  let finished = 0
  let arrivals = 0
  /** The number in flight at each arrival, summed over all arrivals of this interval. */
  let inFlightSum = 0
  let adjustedAt = performance.now()
  let rejectQueue: (() => void)[] = []

  const leave = () => {
    inFlight--
    finished++
  }

  /** While many requests are in flight, the finish rate is the capacity. Little's law then gives the limit. */
  function adjustLimit(): void {
    const ms = performance.now() - adjustedAt
    if (ms < adjustMs) return
    const affordable = Math.min(maxLimit, Math.max(minLimit, (finished / ms) * targetLatencyMs))
    if (inFlightSum >= arrivals * minLimit) limit = (limit + affordable) / 2
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

  return function admit(request: Request, { endpoint, rule }: SheddableRoute, work: () => unknown): unknown {
    if (!rule || endpoint?.body === 'streamed') return work()
    adjustLimit()
    arrivals++
    inFlightSum += inFlight
    if (inFlight >= limit) return waitForRejection().then(() => reject(request, endpoint?.empty))
    const result = work()
    // A synchronous result takes no place.
    if (result instanceof Promise) {
      inFlight++
      result.then(leave, leave)
    }
    return result
  }
}
