import type { Log } from '@douyin/proto'
import { countRequest, span, type Work, workOf } from '@douyin/telemetry'
import type { Elysia } from 'elysia'
import { routeNames } from './route-names.ts'
import { type Browsers, preflight, secured } from './secure-headers.ts'
import type { Traffic } from './traffic.ts'

/**
 * What happens around every request, whatever answers it, a route, an error or a file: it gets an id that goes along to the
 * services, headers for browsers, and is counted and told in the log. Of parameters only the names are told.
 */
export function around(api: Pick<Elysia, 'wrap' | 'routes'>, browsers: Browsers, log: Log, traffic: Traffic): void {
  const secure = secured(browsers)
  const nameOf = routeNames(() => api.routes)

  function answer(request: Request, handle: (request: Request) => unknown): unknown {
    const begun = performance.now()
    const route = nameOf(request.url)
    return span(`${request.method} ${route}`, 'server', workOf(request.headers.get('traceparent')), (work) => {
      const finish = (response: unknown) => {
        // A socket that opens has no answer.
        if (response instanceof Response) {
          secure(request, response)
          response.headers.set('x-request-id', work.traceId)
          if (traffic.isStopping()) response.headers.set('connection', 'close')
        }
        tell(request, route, response instanceof Response ? response.status : 101, work, performance.now() - begun)
        return response
      }
      const made = preflight(request, browsers.origins) ?? traffic.through(() => handle(request))
      return made instanceof Promise ? made.then(finish) : finish(made)
    })
  }

  function tell({ method, url }: Request, route: string, status: number, { facts }: Work, ms: number): void {
    const code = Number(facts.code ?? 0)
    countRequest(route, method, status, code, ms / 1000)
    if (isProbe(route, status)) return
    const line = { method, route, parameters: namesIn(url), status, ...facts, ms: Math.round(ms * 10) / 10 }
    // Of the many that read and went well the counts are enough.
    if (method === 'GET' && status < 400 && code === 0 && ms < slowMs) log.debug?.(line, 'request')
    else log.info(line, 'request')
  }

  api.wrap((handle) => (request: Request) => answer(request, handle))
}

/** A read that took longer is worth a line. */
const slowMs = 1000

/** Whoever watches us asks every second or so: only that something is wrong is worth a line. */
const isProbe = (route: string, status: number) => (route === '/healthz' || route === '/readyz') && status === 200

const mostNames = 16
const longestName = 32

/** The names of the parameters in a URL, as they stand there: cheaper than reading them, and no line break can be in one. */
function namesIn(url: string): string[] {
  const from = url.indexOf('?')
  if (from === -1) return []
  const names = url
    .slice(from + 1)
    .split('&', mostNames)
    .map((one) => one.slice(0, Math.min(longestName, (one.indexOf('=') + 1 || longestName + 1) - 1)))
  return [...new Set(names)]
}
