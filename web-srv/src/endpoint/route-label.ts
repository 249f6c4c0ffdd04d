import { requestMeter } from '@douyin/telemetry'
import type { Rule } from '../auth/rate-limit.ts'
import { type EndpointSpec, rateLimitRuleOf, specOf } from './spec.ts'

interface Route {
  path: string
  method: string
  handler: unknown
}

/** The route of a request. It is found before Elysia routes the request, also if that fails. */
export interface MatchedRoute {
  /** The route pattern, such as /static/:key: a label of low cardinality for metrics and logs. */
  route: string
  /** `GET /static/:key`. */
  name: string
  endpoint?: EndpointSpec
  /** The rate limit rule. Files and health checks have none. */
  rule?: Rule
  /** Records a request in the metrics: HTTP status, status_code of the envelope, duration in seconds. */
  count(status: number, code: number, seconds: number): void
}

/** Returns a function that finds the route of a method and a URL. */
export function routeMatcher(routes: () => Route[]): (method: string, url: string) => MatchedRoute {
  /** By method, then by path (with and without the last slash), or by route pattern if it has parameters. */
  const cache = new Map<string, Map<string, MatchedRoute>>()
  let staticPaths: Map<string, string> | undefined
  let patterns: string[] = []

  // Runs at the first request, since routes are added until then.
  function readRoutes(): Map<string, string> {
    const paths = routes().map(({ path }) => path)
    patterns = paths.filter((path) => path.includes(':'))
    return new Map(paths.filter((path) => !path.includes(':')).map((path) => [bare(path), path]))
  }

  function find(method: string, path: string): MatchedRoute {
    staticPaths ??= readRoutes()
    const byPath = cache.get(method) ?? new Map<string, MatchedRoute>()
    cache.set(method, byPath)
    const staticPath = staticPaths.get(bare(path))
    const route = staticPath ?? patterns.find((pattern) => matchesRoute(pattern, path)) ?? 'none'
    const matched = byPath.get(route) ?? newMatch(method, route)
    // Only static paths are cache keys, since there are few of them.
    for (const key of staticPath === undefined ? [route] : [route, path]) byPath.set(key, matched)
    return matched
  }

  function newMatch(method: string, path: string): MatchedRoute {
    const route = labelOf(path)
    const registered = routes().find((candidate) => candidate.method === method && candidate.path === path)
    return {
      route,
      name: `${method} ${route}`,
      endpoint: specOf(registered?.handler),
      rule: rateLimitRuleOf(registered?.handler),
      count: requestMeter(route, method),
    }
  }

  return (method, url) => {
    const path = pathOf(url)
    return cache.get(method)?.get(path) ?? find(method, path)
  }
}

/** True if the route has this path, with or without a slash at the end. */
export function matchesRoute(route: string, pathname: string): boolean {
  const segments = bare(pathname).split('/')
  const pattern = bare(route).split('/')
  return pattern.length === segments.length && pattern.every((part, i) => part === segments[i] || part.startsWith(':'))
}

/** The path as the camp's API writes it: /douyin paths end with a slash. */
const labelOf = (path: string) => (path.startsWith('/douyin/') ? `${bare(path)}/` : path)

const bare = (path: string) => (path.endsWith('/') ? path.slice(0, -1) : path)

function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const to = url.indexOf('?', from)
  return url.slice(from, to === -1 ? undefined : to)
}
