import { Failure, type Log } from '@douyin/proto'
import { Elysia, NotFoundError } from 'elysia'
import type { RateLimit } from './auth/rate-limit.ts'
import type { Session } from './auth/session.ts'
import type { TokenRevocations } from './auth/token-revocation.ts'
import type { Inbox } from './chat/inbox.ts'
import { endpoints } from './endpoint/endpoint.ts'
import { pageEndpoints } from './endpoint/page-endpoint.ts'
import { matchesRoute } from './endpoint/route-label.ts'
import { type RequestDrain, requestDrain } from './http/drain.ts'
import { failure } from './http/envelope.ts'
import { type FixUrl, requestUrlFixer } from './http/request-url.ts'
import type { BrowserOptions } from './http/security-headers.ts'
import type { MediaPipeline } from './media/upload/accept.ts'
import { type UploadGuards, uploadGuards } from './media/upload/upload-guard.ts'
import { middleware } from './middleware.ts'
import { type PageCache, pageCache } from './page/page-cache.ts'
import { commentRoutes } from './routes/comment.ts'
import { docsRoutes } from './routes/docs.ts'
import { favoriteRoutes } from './routes/favorite.ts'
import { feedRoutes } from './routes/feed.ts'
import { healthRoutes } from './routes/health.ts'
import { limitsRoutes } from './routes/limits.ts'
import { messageRoutes } from './routes/message.ts'
import { playerRoutes } from './routes/player.ts'
import { profileRoutes } from './routes/profile.ts'
import { publishRoutes } from './routes/publish.ts'
import { relationRoutes } from './routes/relation.ts'
import { socketLimits, socketRoutes } from './routes/socket.ts'
import { staticRoutes } from './routes/static.ts'
import { userRoutes } from './routes/user.ts'
import { videoRoutes } from './routes/video.ts'
import type { Services } from './services.ts'

export interface AppOptions {
  /** Cache of responses. Without it nothing is cached. */
  pages?: PageCache
  session: Session
  epochs?: Pick<TokenRevocations, 'note'>
  inbox: Inbox
  media: MediaPipeline
  rateLimit: RateLimit
  baseUrl: (request: Request) => string
  /** Called first for each request. */
  fixUrl?: FixUrl
  /** IANA name of the time zone in which the date of a comment is shown. */
  timeZone: string
  browsers?: BrowserOptions
  drain?: RequestDrain
  isReady: () => Promise<boolean>
  log: Log
  /** Limits uploads while they arrive. */
  guardUpload?: UploadGuards
  /** Initial limit of concurrent requests. Requests beyond it are rejected. */
  maxInFlight?: number
}

const anyBrowser: BrowserOptions = { origins: [], isHttps: false }

/** The whole HTTP API, built on the two services as plain objects. */
export async function app(services: Services, options: AppOptions) {
  const {
    media,
    inbox,
    timeZone,
    browsers = anyBrowser,
    drain = requestDrain(),
    fixUrl = requestUrlFixer(),
    isReady,
    pages: configuredCache,
    maxInFlight = 1500,
    guardUpload = uploadGuards({ demand() {} }, Number.POSITIVE_INFINITY),
    ...endpointContext
  } = options
  const makers = endpoints(endpointContext)
  const make = { ...makers, ...pageEndpoints(makers, configuredCache ?? pageCache(0), services.user) }
  // Elysia reads socket settings only from the instance that listens.
  const api = new Elysia({ websocket: socketLimits })
  const { log, rateLimit, session } = endpointContext
  middleware(api, { browsers, log, drain, fixUrl, cachedPage: make.cachedPage, maxInFlight, rateLimit, session })
  api
    .onError(({ error, request }) =>
      error instanceof NotFoundError ? unknownRoute(request) : failure(error, request, endpointContext.log),
    )
    .use(healthRoutes(isReady))
    .use(staticRoutes(media.storage, endpointContext.rateLimit.addressOf))
    .use(feedRoutes(services, make))
    .use(userRoutes(services, make, media.storage))
    .use(publishRoutes(services, make, media, guardUpload))
    .use(favoriteRoutes(services, make))
    .use(commentRoutes(services, make, timeZone))
    .use(relationRoutes(services, make))
    .use(messageRoutes(services, make, inbox))
    .use(socketRoutes(inbox, session, rateLimit))
    .use(videoRoutes(services, make))
    .use(profileRoutes(services, make))
    .use(limitsRoutes(services, make, media.limits))
    .use(await playerRoutes(services, endpointContext.baseUrl))

  function unknownRoute(request: Request): Response {
    const fail = (reason: Failure) => failure(reason, request, endpointContext.log)
    const { pathname } = new URL(request.url)
    const matching = api.routes.filter((route) => matchesRoute(route.path, pathname))
    if (matching.length === 0) return fail(new Failure('PATH_NOT_FOUND'))
    const methods = matching.map((route) => route.method)
    const isSocket = methods.includes('WS')
    const method = isSocket ? 'WebSocket' : methods.includes('POST') ? 'POST' : 'GET'
    const response = fail(new Failure('METHOD_NOT_ALLOWED', { method }))
    response.headers.set('allow', isSocket ? 'GET' : methods.join(', '))
    return response
  }

  return api.use(docsRoutes(() => api.routes, endpointContext.baseUrl))
}
