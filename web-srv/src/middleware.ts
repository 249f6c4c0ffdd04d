import { Failure, type Log } from '@douyin/proto'
import { instantSpan, parseTraceparent, type RequestContext, span } from '@douyin/telemetry'
import type { Elysia } from 'elysia'
import { isReadRule, type RateLimit, type Rule } from './auth/rate-limit.ts'
import type { Session } from './auth/session.ts'
import { bearer, idleSeconds, tokenIn, userKey, type WebServer } from './endpoint/endpoint.ts'
import { type MatchedRoute, routeMatcher } from './endpoint/route-label.ts'
import type { RequestDrain } from './http/drain.ts'
import { type EmptyFields, failure, sendNow } from './http/envelope.ts'
import { loadShedder } from './http/load-shedding.ts'
import { bodyReceiver } from './http/request-body.ts'
import type { FixUrl } from './http/request-url.ts'
import { type BrowserOptions, preflight, securityHeaderSetter } from './http/security-headers.ts'
import type { Page } from './page/page-bytes.ts'

interface MiddlewareOptions {
  browsers: BrowserOptions
  log: Log & { isLevelEnabled?(level: string): boolean }
  drain: RequestDrain
  fixUrl: FixUrl
  /** Returns a cached response, which is sent without routing. */
  cachedPage(request: Request): Page | undefined
  /** Initial limit of concurrent requests. */
  maxInFlight: number
  rateLimit: RateLimit
  session: Session
}

interface PendingRequest {
  request: Request
  matched: MatchedRoute
  startMs: number
  context: RequestContext
}

/**
 * Wraps every request, whether a route, an error or a file answers it. The request gets an id that is passed on to the
 * services, its response gets the headers for browsers, and the request is counted and logged. Only the names of the
 * parameters are logged.
 */
export function middleware(
  api: Pick<Elysia, 'wrap' | 'routes' | 'server'>,
  { browsers, log, drain, fixUrl, cachedPage, maxInFlight, rateLimit, session }: MiddlewareOptions,
): void {
  const setSecurityHeaders = securityHeaderSetter(browsers)
  const hasExtraHeaders = browsers.isHttps || browsers.origins.length > 0
  const peerOf = (request: Request) => api.server?.requestIP(request)?.address
  const matchRoute = routeMatcher(() => api.routes)
  const reject = (request: Request, empty?: EmptyFields) =>
    failure(new Failure('TOO_BUSY', { retryAfterS: 1 }), request, log, empty)
  const shedLoad = loadShedder(maxInFlight, reject)
  const receiveBody = bodyReceiver()
  const addressOf = (request: Request) => rateLimit.addressOf(request, peerOf(request))
  const logsEverything = log.isLevelEnabled?.('debug') ?? true

  function answer(request: Request, handle: (request: Request) => unknown): unknown {
    const startMs = performance.now()
    fixUrl(request, peerOf)
    const context = parseTraceparent(request.headers.get('traceparent'))
    const limitError = rateLimit.isOn ? countRead(request) : undefined
    const page = limitError ? undefined : cachedPage(request)
    const matched = matchRoute(request.method, request.url)
    if (page) return sendCached({ request, matched, startMs, context }, page.bytes)
    return span(matched.name, 'server', context, (spanContext) => {
      const pending = { request, matched, startMs, context: spanContext }
      const serve = () => handle(request)
      const result = limitError
        ? failure(limitError, request, log, matched.endpoint?.empty)
        : (request.method === 'OPTIONS' && preflight(request, browsers.origins)) || admitRequest(pending, serve)
      const end = (response: unknown) => {
        // A WebSocket upgrade has no response.
        if (response instanceof Response) return finish(pending, response)
        logRequest(pending, 101)
        return response
      }
      return result instanceof Promise ? result.then(end) : end(result)
    })
  }

  /** Counts a read against its rate limit. Returns the failure if the limit is exceeded. */
  function countRead(request: Request): unknown {
    const { rule } = matchRoute(request.method, request.url)
    if (!rule || !isReadRule(rule)) return undefined
    try {
      rateLimit.count(rule, callerKeyOf(request))
      return undefined
    } catch (error) {
      return error
    }
  }

  /** A token that is not cached as valid is counted by address, like no token. */
  function callerKeyOf(request: Request): string {
    const viewerId = session.cachedUserOf(tokenIn(request.url) ?? bearer(request) ?? '')
    return viewerId === undefined ? addressOf(request) : userKey(viewerId)
  }

  /** Receives the body before load shedding, so a slow client takes no place among the requests in flight. */
  function admitRequest({ request, matched }: PendingRequest, serve: () => unknown): unknown {
    const { endpoint } = matched
    const admit = () => shedLoad(request, matched, serve)
    if (!endpoint || endpoint.body === 'streamed' || !request.body) return admit()
    const fail = (error: unknown) => failure(error, request, log, endpoint.empty)
    if (!endpoint.body) return receiveBody(request, addressOf(request)).then(admit, fail)
    // This body has its own time limit, which is longer than the idle timeout of the connection.
    const server: WebServer | null = api.server
    server?.timeout(request, endpoint.body.seconds + idleSeconds)
    return receiveBody(request, addressOf(request), endpoint.body)
      .finally(() => server?.timeout(request, idleSeconds))
      .then(admit, fail)
  }

  /**
   * Makes the response with all headers: reading and adding a header later costs as much as making them all. It runs
   * outside `runWith`, which would cost a tenth of the whole request: nothing here needs the current context.
   */
  function sendCached(pending: PendingRequest, bytes: Uint8Array<ArrayBuffer>): Response {
    instantSpan(pending.matched.name, 'server', pending.context)
    const response = sendNow(bytes, pending.context.traceId)
    if (hasExtraHeaders) setSecurityHeaders(pending.request, response)
    drain.noteAnswer(response)
    logRequest(pending, 200)
    return response
  }

  function finish(pending: PendingRequest, response: Response): Response {
    setSecurityHeaders(pending.request, response)
    response.headers.set('x-request-id', pending.context.traceId)
    drain.noteAnswer(response)
    logRequest(pending, response.status)
    return response
  }

  function logRequest(
    { request, matched: { route, rule, count }, startMs, context }: PendingRequest,
    status: number,
  ): void {
    const ms = performance.now() - startMs
    const code = Number(context.fields.code ?? 0)
    count(status, code, ms / 1000)
    const { method, url } = request
    // For successful reads, likes and follows, and for requests rejected by a limit, the metrics are enough.
    const succeeded = status < 400 && code === 0 && ms < slowMs
    const isFrequent = method === 'GET' || (rule !== undefined && toggles.has(rule))
    const isRoutine = (succeeded && isFrequent) || (rule !== undefined && (status === 503 || status === 429))
    if (isProbe(route, status) || (isRoutine && !logsEverything)) return
    const line = {
      method,
      route,
      parameters: namesIn(url),
      status,
      ...context.logFields(),
      ms: Math.round(ms * 10) / 10,
    }
    if (isRoutine) log.debug?.(line, 'request')
    else log.info(line, 'request')
  }

  api.wrap((handle) => (request: Request) => answer(request, handle))
}

/** A slower request is always logged. */
const slowMs = 1000

/** For these the database stores user and time. A log line would be a quarter of the cost of such a request. */
const toggles: ReadonlySet<Rule> = new Set<Rule>(['favorite', 'relation'])

/** Monitoring probes come about every second, so only failed ones are logged. */
const isProbe = (route: string, status: number) => (route === '/healthz' || route === '/readyz') && status === 200

const maxNames = 16
const maxNameLength = 32

/** The parameter names in a URL, not decoded: that is cheaper, and a name cannot hold a line break. */
function namesIn(url: string): string[] {
  const from = url.indexOf('?')
  if (from === -1) return []
  const names = url
    .slice(from + 1)
    .split('&', maxNames)
    .map((pair) => pair.slice(0, Math.min(maxNameLength, (pair.indexOf('=') + 1 || maxNameLength + 1) - 1)))
  return [...new Set(names)]
}
