import { Failure, status } from '@douyin/proto'
import { type Description, descriptionOf } from './description.ts'
import { named, type Route } from './route-names.ts'

/** Work that would only wait behind what is under way: HTTP 503, to be tried again. */
export class TooBusy extends Failure {
  readonly retryAfterS = 1

  constructor() {
    super(status.UNAVAILABLE, 'too many people are here at this moment, please try again in a second')
  }
}

interface Endpoint extends Route {
  method: string
  handler: unknown
}

/**
 * Lets so many requests of endpoints in at a time; others get what `refuse` makes of the endpoint, at once: who is let in
 * does not wait behind them all. No route is looked for before, since turning away has to cost less than serving. Files,
 * health and uploads, which last as long as their clients please, are not counted.
 */
export function crowd(
  most: number,
  endpoints: () => Endpoint[],
  refuse: (request: Request, of: Description) => Response,
) {
  let inside = 0
  let counted: Map<string, Description> | undefined
  const leave = () => {
    inside--
  }

  // At the first request, since routes are added until then.
  function read(): Map<string, Description> {
    const all = endpoints().map(
      ({ method, path, handler }) => [`${method} ${named(path)}`, descriptionOf(handler)] as const,
    )
    return new Map(all.flatMap(([name, of]) => (of && !of.files ? [[name, of]] : [])))
  }

  return function within(request: Request, route: string, work: () => unknown): unknown {
    counted ??= read()
    const of = counted.get(`${request.method} ${route}`)
    if (of && inside >= most) return refuse(request, of)
    const result = work()
    // What is given at once needs no room.
    if (of && result instanceof Promise) {
      inside++
      result.then(leave, leave)
    }
    return result
  }
}
