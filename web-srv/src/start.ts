import type { Log } from '@douyin/process'
import { setMaxHeaderBytes } from '@douyin/upstream'
import { LRUCache } from 'lru-cache'
import { app } from './app.ts'
import { rateLimit } from './auth/rate-limit.ts'
import { sessions } from './auth/session.ts'
import { tokenRevocations } from './auth/token-revocation.ts'
import { inbox } from './chat/inbox.ts'
import type { WebConfig } from './config.ts'
import { idleSeconds } from './endpoint/endpoint.ts'
import { baseUrls } from './http/base-url.ts'
import { requestDrain } from './http/drain.ts'
import { publicOrigin } from './http/public-origin.ts'
import { mediaLimits } from './media/media-limits.ts'
import { removeDeletedFiles } from './media/store/deleted-files.ts'
import { collectGarbage } from './media/store/garbage-collection.ts'
import { prepareFolder } from './media/store/media-folder.ts'
import { localDisk } from './media/store/storage.ts'
import { diskSpace } from './media/upload/disk-space.ts'
import { uploadGuards } from './media/upload/upload-guard.ts'
import { coverDrawer } from './media/video/cover.ts'
import { findFfmpeg } from './media/video/ffmpeg.ts'
import { videoParser } from './media/video/parser.ts'
import { remuxer } from './media/video/remux.ts'
import { batchedServices } from './page/batched-services.ts'
import { pageCache } from './page/page-cache.ts'
import type { Services } from './services.ts'

/** Maximum size of a request line with its headers. */
const headBytes = 64 << 10
/** Practically unlimited: each endpoint has its own limit and answers 413 with a message. */
const bodyBytes = 2 ** 40
/** How long the readiness of the services is cached. */
const readinessMs = 500
/** Time for requests in flight to finish when the server stops. */
const graceMs = 8000

// The app sends a comment of 1000 characters in the query, and Bun's default is 16 KB.
setMaxHeaderBytes(headBytes)

/** Starts web-srv on the two services, with its HTTP server. */
export async function startWeb(
  config: WebConfig,
  { user, feed }: Services,
  servicesAreReady: () => Promise<boolean>,
  log: Log,
) {
  const limits = mediaLimits(config)
  const ffmpeg = findFfmpeg(config.FFMPEG_PATH)
  if (!ffmpeg) log.warn('no ffmpeg: covers are painted, and pictures are not checked')
  let stopping = false
  // Anybody may call /readyz, and each uncached check costs two RPCs and two queries.
  const readiness = new LRUCache<'services', { areReady: boolean }>({
    max: 1,
    ttl: readinessMs,
    fetchMethod: async () => ({ areReady: await servicesAreReady() }),
  })
  const isReady = async () => !stopping && ((await readiness.fetch('services'))?.areReady ?? false)

  const drain = requestDrain()
  const messageInbox = inbox(user)
  const epochs = tokenRevocations(user, log, messageInbox.end, messageInbox.close)
  await prepareFolder(config.MEDIA_DIR, (message) => log.warn(message))
  const storage = await localDisk(config.MEDIA_DIR)
  const garbageCollection = collectGarbage(storage, { user, feed }, config.MEDIA_GRACE_SECONDS * 1000, log)
  const removal = removeDeletedFiles(storage, { user, feed }, log)

  const pages = pageCache(config.SHARE_MS)
  const services = batchedServices({ user, feed: removal.deleting(feed) }, pages)
  const api = await app(services, {
    pages,
    session: sessions(config.JWT_SECRET, epochs, config.JWT_SECRET_PREVIOUS),
    epochs,
    inbox: messageInbox,
    media: {
      storage,
      limits,
      parser: videoParser(),
      remux: remuxer(ffmpeg, limits),
      drawCover: coverDrawer(ffmpeg, limits),
    },
    guardUpload: uploadGuards(diskSpace(config.MEDIA_DIR, config.MEDIA_RESERVE_BYTES), config.MAX_UNKNOWN_UPLOAD_BYTES),
    rateLimit: rateLimit(config.RATE_LIMIT === 'on', {
      trustedProxies: config.TRUSTED_PROXIES,
      rules: config.RATE_LIMITS,
    }),
    baseUrl: baseUrls(config.PUBLIC_BASE_URL),
    fixUrl: publicOrigin(config, log),
    timeZone: config.TIME_ZONE,
    drain,
    browsers: { origins: config.CORS_ORIGINS, isHttps: config.PUBLIC_BASE_URL?.startsWith('https:') ?? false },
    isReady,
    log,
  })
  const { server } = api.listen({
    port: config.WEB_PORT,
    idleTimeout: idleSeconds,
    maxRequestBodySize: bodyBytes,
  })
  log.info({ port: server?.port }, 'serving HTTP')

  return {
    async stop() {
      stopping = true
      messageInbox.close()
      garbageCollection.stop()
      removal.stop()
      epochs.stop()
      // Stop listening first, so that another process gets new connections.
      void server?.stop(false)
      await drain.drain(graceMs, () => server?.pendingRequests ?? 0)
    },
  }
}
