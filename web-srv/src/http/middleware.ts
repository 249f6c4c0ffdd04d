import type { Log } from '@douyin/proto'
import { span, spanAtOnce, type Work, workOf } from '@douyin/telemetry'
import type { Elysia } from 'elysia'
import { isCountedFirst, type RateLimit, type Rule } from '../auth/rate-limit.ts'
import type { Session } from '../auth/session.ts'
import { bearer, idleSeconds, tokenIn, userKey, type WebServer } from '../endpoint/endpoint.ts'
import type { Page } from '../page/page-bytes.ts'
import type { Traffic } from './drain.ts'
import { type Empty, failure, sendNow } from './envelope.ts'
import { crowd, TooBusy } from './load-shedding.ts'
import { requestBodies } from './request-body.ts'
import type { FixUrl } from './request-url.ts'
import { type Place, places } from './route-label.ts'
import { type Browsers, preflight, secured } from './security-headers.ts'

interface Surroundings {
  browsers: Browsers
  log: Log & { isLevelEnabled?(level: string): boolean }
  traffic: Traffic
  fixUrl: FixUrl
  /** An answer that is there already: no route is asked for it. */
  known(request: Request): Page | undefined
  /** Requests under way at a time. */
  mostUnderWay: number
  rateLimit: RateLimit
  session: Session
}

interface Asked {
  request: Request
  place: Place
  begun: number
  work: Work
}

/**
 * What happens around every request, whatever answers it, a route, an error or a file: it gets an id that goes along to the
 * services, headers for browsers, and is counted and told in the log. Of parameters only the names are told.
 */
export function around(
  api: Pick<Elysia, 'wrap' | 'routes' | 'server'>,
  { browsers, log, traffic, fixUrl, known, mostUnderWay, rateLimit, session }: Surroundings,
): void {
  const secure = secured(browsers)
  const addsMore = browsers.isHttps || browsers.origins.length > 0
  const peerOf = (request: Request) => api.server?.requestIP(request)?.address
  const placeOf = places(() => api.routes)
  const refuse = (request: Request, empty?: Empty) => failure(new TooBusy(), request, log, empty)
  const within = crowd(mostUnderWay, refuse)
  const receiveBody = requestBodies()
  const addressOf = (request: Request) => rateLimit.addressOf(request, peerOf(request))
  const tellsAll = log.isLevelEnabled?.('debug') ?? true

  function answer(request: Request, handle: (request: Request) => unknown): unknown {
    const begun = performance.now()
    fixUrl(request, peerOf)
    const caller = workOf(request.headers.get('traceparent'))
    const refusal = rateLimit.isOn ? countRead(request) : undefined
    const page = refusal ? undefined : known(request)
    const place = placeOf(request.method, request.url)
    if (page) return atOnce({ request, place, begun, work: caller }, page.bytes)
    return span(place.name, 'server', caller, (work) => {
      const asked = { request, place, begun, work }
      const serve = () => traffic.through(() => handle(request))
      const made = refusal
        ? failure(refusal, request, log, place.endpoint?.empty)
        : (preflight(request, browsers.origins) ?? begin(asked, serve))
      const end = (response: unknown) => {
        // A socket that opens has no answer.
        if (response instanceof Response) return finish(asked, response)
        tell(asked, 101)
        return response
      }
      return made instanceof Promise ? made.then(end) : end(made)
    })
  }

  /** Counts a request that only reads; gives the failure of one too many. */
  function countRead(request: Request): unknown {
    const { rule } = placeOf(request.method, request.url)
    if (!rule || !isCountedFirst(rule)) return undefined
    try {
      rateLimit.count(rule, callerKeyOf(request))
      return undefined
    } catch (error) {
      return error
    }
  }

  /** A token that has not been seen yet counts for the address, as none does. */
  function callerKeyOf(request: Request): string {
    const viewerId = session.known(tokenIn(request.url) ?? bearer(request) ?? '')
    return viewerId === undefined ? addressOf(request) : userKey(viewerId)
  }

  /** Its body comes first, so that a slow client takes up no place among the requests under way. */
  function begin({ request, place }: Asked, serve: () => unknown): unknown {
    const { endpoint } = place
    const admit = () => within(request, place, serve)
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
  function atOnce(asked: Asked, bytes: Uint8Array<ArrayBuffer>): Response {
    spanAtOnce(asked.place.name, 'server', asked.work)
    const response = sendNow(bytes, asked.work.traceId)
    if (addsMore) secure(asked.request, response)
    if (traffic.isStopping()) response.headers.set('connection', 'close')
    tell(asked, 200)
    return response
  }

  function finish(asked: Asked, response: Response): Response {
    secure(asked.request, response)
    response.headers.set('x-request-id', asked.work.traceId)
    if (traffic.isStopping()) response.headers.set('connection', 'close')
    tell(asked, response.status)
    return response
  }

  function tell({ request, place: { route, rule, count }, begun, work }: Asked, status: number): void {
    const ms = performance.now() - begun
    const code = Number(work.facts.code ?? 0)
    count(status, code, ms / 1000)
    const { method, url } = request
    // Of the many that read, like or follow and went well, and of those for whom there was no room, the counts are enough.
    const wentWell = status < 400 && code === 0 && ms < slowMs
    const isFrequent = method === 'GET' || (rule !== undefined && switches.has(rule))
    const isUsual = (wentWell && isFrequent) || (rule !== undefined && (status === 503 || status === 429))
    if (isProbe(route, status) || (isUsual && !tellsAll)) return
    const line = { method, route, parameters: namesIn(url), status, ...work.told(), ms: Math.round(ms * 10) / 10 }
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
