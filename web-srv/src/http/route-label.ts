import { requestMeter } from '@douyin/telemetry'
import type { Rule } from '../auth/rate-limit.ts'
import { type EndpointSpec, rateLimitRuleOf, specOf } from '../endpoint/spec.ts'

interface Route {
  path: string
  method: string
  handler: unknown
}

/** Where a request goes: found before a route is looked for, and whatever becomes of that. */
export interface MatchedRoute {
  /** The route, such as /static/:key: a name for counts and logs, of which there are few. */
  route: string
  /** `GET /static/:key`. */
  name: string
  endpoint?: EndpointSpec
  /** How often one caller may come here; none for files and health. */
  rule?: Rule
  /** Counts a request with its HTTP status, the status_code of its envelope and the seconds it took. */
  count(status: number, code: number, seconds: number): void
}

/** Gives the place of a method and a URL. */
export function routeMatcher(routes: () => Route[]): (method: string, url: string) => MatchedRoute {
  /** By method, by path in both spellings, or by the route's where a path has parts. */
  const known = new Map<string, Map<string, MatchedRoute>>()
  let whole: Map<string, string> | undefined
  let parts: string[] = []

  // At the first request, since routes are added until then.
  function read(): Map<string, string> {
    const paths = routes().map(({ path }) => path)
    parts = paths.filter((path) => path.includes(':'))
    return new Map(paths.filter((path) => !path.includes(':')).map((path) => [bare(path), path]))
  }

  function find(method: string, path: string): MatchedRoute {
    whole ??= read()
    const of = known.get(method) ?? new Map<string, MatchedRoute>()
    known.set(method, of)
    const isWhole = whole.get(bare(path))
    const route = isWhole ?? parts.find((one) => matchesRoute(one, path)) ?? 'none'
    const place = of.get(route) ?? newPlace(method, route)
    // Only of a whole path, of which there are few.
    for (const key of isWhole === undefined ? [route] : [route, path]) of.set(key, place)
    return place
  }

  function newPlace(method: string, path: string): MatchedRoute {
    const route = named(path)
    const at = routes().find((one) => one.method === method && one.path === path)
    return {
      route,
      name: `${method} ${route}`,
      endpoint: specOf(at?.handler),
      rule: rateLimitRuleOf(at?.handler),
      count: requestMeter(route, method),
    }
  }

  return (method, url) => {
    const path = pathOf(url)
    return known.get(method)?.get(path) ?? find(method, path)
  }
}

/** Is it a path of this route, in either spelling: with and without a slash at its end? */
export function matchesRoute(route: string, pathname: string): boolean {
  const asked = bare(pathname).split('/')
  const wanted = bare(route).split('/')
  return wanted.length === asked.length && wanted.every((one, i) => one === asked[i] || one.startsWith(':'))
}

/** As the camp writes them, whichever way they were made. */
const named = (path: string) => (path.startsWith('/douyin/') ? `${bare(path)}/` : path)

const bare = (path: string) => (path.endsWith('/') ? path.slice(0, -1) : path)

function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const to = url.indexOf('?', from)
  return url.slice(from, to === -1 ? undefined : to)
}
