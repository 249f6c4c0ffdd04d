import type { Log } from '@douyin/proto'
import { instantSpan, parseTraceparent, type RequestContext, span } from '@douyin/telemetry'
import type { Elysia } from 'elysia'
import { isReadRule, type RateLimit, type Rule } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import { bearer, idleSeconds, tokenIn, userKey, type WebServer } from '../endpoint/endpoint.ts'
import type { Page } from '../page/page-bytes.ts'
import type { RequestDrain } from './drain.ts'
import { type EmptyFields, failure, sendNow } from './envelope.ts'
import { loadShedder, TooBusy } from './load-shedding.ts'
import { bodyReceiver } from './request-body.ts'
import type { FixUrl } from './request-url.ts'
import { type MatchedRoute, routeMatcher } from './route-label.ts'
import { type BrowserOptions, preflight, securityHeaderSetter } from './security-headers.ts'

interface MiddlewareOptions {
  browsers: BrowserOptions
  log: Log & { isLevelEnabled?(level: string): boolean }
  traffic: RequestDrain
  fixUrl: FixUrl
  /** An answer that is there already: no route is asked for it. */
  cachedPage(request: Request): Page | undefined
  /** Requests under way at a time. */
  mostUnderWay: number
  rateLimit: RateLimit
  session: Session
}

interface PendingRequest {
  request: Request
  place: MatchedRoute
  begun: number
  work: RequestContext
}

/**
 * What happens around every request, whatever answers it, a route, an error or a file: it gets an id that goes along to the
 * services, headers for browsers, and is counted and told in the log. Of parameters only the names are told.
 */
export function middleware(
  api: Pick<Elysia, 'wrap' | 'routes' | 'server'>,
  { browsers, log, traffic, fixUrl, cachedPage, mostUnderWay, rateLimit, session }: MiddlewareOptions,
): void {
  const secure = securityHeaderSetter(browsers)
  const addsMore = browsers.isHttps || browsers.origins.length > 0
  const peerOf = (request: Request) => api.server?.requestIP(request)?.address
  const matchRoute = routeMatcher(() => api.routes)
  const refuse = (request: Request, empty?: EmptyFields) => failure(new TooBusy(), request, log, empty)
  const shedLoad = loadShedder(mostUnderWay, refuse)
  const receiveBody = bodyReceiver()
  const addressOf = (request: Request) => rateLimit.addressOf(request, peerOf(request))
  const tellsAll = log.isLevelEnabled?.('debug') ?? true

  function answer(request: Request, handle: (request: Request) => unknown): unknown {
    const begun = performance.now()
    fixUrl(request, peerOf)
    const caller = parseTraceparent(request.headers.get('traceparent'))
    const refusal = rateLimit.isOn ? countRead(request) : undefined
    const page = refusal ? undefined : cachedPage(request)
    const place = matchRoute(request.method, request.url)
    if (page) return atOnce({ request, place, begun, work: caller }, page.bytes)
    return span(place.name, 'server', caller, (work) => {
      const asked = { request, place, begun, work }
      const serve = () => traffic.track(() => handle(request))
      const made = refusal
        ? failure(refusal, request, log, place.endpoint?.empty)
        : (preflight(request, browsers.origins) ?? admitRequest(asked, serve))
      const end = (response: unknown) => {
        // A socket that opens has no answer.
        if (response instanceof Response) return finish(asked, response)
        logRequest(asked, 101)
        return response
      }
      return made instanceof Promise ? made.then(end) : end(made)
    })
  }

  /** Counts a request that only reads; gives the failure of one too many. */
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

  /** A token that has not been seen yet counts for the address, as none does. */
  function callerKeyOf(request: Request): string {
    const viewerId = session.cachedUserOf(tokenIn(request.url) ?? bearer(request) ?? '')
    return viewerId === undefined ? addressOf(request) : userKey(viewerId)
  }

  /** Its body comes first, so that a slow client takes up no place among the requests under way. */
  function admitRequest({ request, place }: PendingRequest, serve: () => unknown): unknown {
    const { endpoint } = place
    const admit = () => shedLoad(request, place, serve)
    if (!endpoint || endpoint.body === 'streamed' || !request.body) return admit()
    const refuse = (error: unknown) => failure(error, request, log, endpoint.empty)
    if (!endpoint.body) return receiveBody(request, addressOf(request)).then(admit, refuse)
    // It has a time limit of its own, which is longer than that of an idle connection.
    const server: WebServer | null = api.server
    server?.timeout(request, endpoint.body.seconds + idleSeconds)
    return receiveBody(request, addressOf(request), endpoint.body)
      .finally(() => server?.timeout(request, idleSeconds))
      .then(admit, refuse)
  }

  /**
   * With all its headers from the start: to look at them and to add one costs as much as to make them. Nothing is done for it
   * that would have to know its work, and to say so would cost a tenth of it all.
   */
  function atOnce(asked: PendingRequest, bytes: Uint8Array<ArrayBuffer>): Response {
    instantSpan(asked.place.name, 'server', asked.work)
    const response = sendNow(bytes, asked.work.traceId)
    if (addsMore) secure(asked.request, response)
    if (traffic.isStopping()) response.headers.set('connection', 'close')
    logRequest(asked, 200)
    return response
  }

  function finish(asked: PendingRequest, response: Response): Response {
    secure(asked.request, response)
    response.headers.set('x-request-id', asked.work.traceId)
    if (traffic.isStopping()) response.headers.set('connection', 'close')
    logRequest(asked, response.status)
    return response
  }

  function logRequest({ request, place: { route, rule, count }, begun, work }: PendingRequest, status: number): void {
    const ms = performance.now() - begun
    const code = Number(work.fields.code ?? 0)
    count(status, code, ms / 1000)
    const { method, url } = request
    // Of the many that read, like or follow and went well, and of those for whom there was no room, the counts are enough.
    const wentWell = status < 400 && code === 0 && ms < slowMs
    const isFrequent = method === 'GET' || (rule !== undefined && switches.has(rule))
    const isUsual = (wentWell && isFrequent) || (rule !== undefined && (status === 503 || status === 429))
    if (isProbe(route, status) || (isUsual && !tellsAll)) return
    const line = { method, route, parameters: namesIn(url), status, ...work.logFields(), ms: Math.round(ms * 10) / 10 }
    if (isUsual) log.debug?.(line, 'request')
    else log.info(line, 'request')
  }

  api.wrap((handle) => (request: Request) => answer(request, handle))
}

/** What took longer is worth a line. */
const slowMs = 1000

/** Of these the database knows who and when. A line for each would be a quarter of the work for it. */
const switches: ReadonlySet<Rule> = new Set<Rule>(['favorite', 'relation'])

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
