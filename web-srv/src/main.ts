import http from 'node:http'
import { networkInterfaces } from 'node:os'
import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { app } from './app.ts'
import { baseUrls } from './base-url.ts'
import { configSchema } from './config.ts'
import { inbox } from './inbox.ts'
import { coverDrawer } from './media/cover.ts'
import { findFfmpeg } from './media/ffmpeg.ts'
import { mediaLimits } from './media/limits.ts'
import { localDisk } from './media/storage.ts'
import { rateLimit } from './rate-limit.ts'
import { reachServices } from './services.ts'
import { sessions } from './session.ts'
import { sharing } from './sharing.ts'

/** Of an idle connection: an upload that stalls ends sooner than its whole time would allow. */
const idleSeconds = 30
/** Of a request's line and headers. */
const headBytes = 64 << 10
/** Fields and boundaries of a form, beside the video in it. */
const formBytes = 16 << 20

// For Bun.serve too: the app puts a comment of 1000 characters into the query, and Bun's limit is 16 KB.
Object.assign(http, { maxHeaderSize: headBytes })

const config = readConfig(configSchema)
const log = createLog('web-srv', config.LOG_LEVEL)
logUncaught(log)
const { user, feed } = reachServices(config.USER_GRPC_ADDRESS, config.FEED_GRPC_ADDRESS)
const limits = mediaLimits(config)
const ffmpeg = findFfmpeg(config.FFMPEG_PATH)
if (!ffmpeg) log.warn('no ffmpeg: covers are painted, and pictures are not checked')
let stopping = false
const isReady = async () => !stopping && (await Promise.all([user.isReady(), feed.isReady()])).every(Boolean)
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)
const fallbackUrl = `http://${ownAddress?.address ?? 'localhost'}:${config.WEB_PORT}`

const mail = inbox(user)

const api = await app(sharing({ user, feed }, config.SHARE_MS), {
  session: sessions(config.JWT_SECRET),
  inbox: mail,
  studio: { storage: await localDisk(config.MEDIA_DIR), limits, drawCover: coverDrawer(ffmpeg, limits) },
  rateLimit: rateLimit(config.RATE_LIMIT === 'on'),
  baseUrl: baseUrls(config.PUBLIC_BASE_URL, fallbackUrl),
  timeZone: config.TIME_ZONE,
  isReady,
  log,
})
const { server } = api.listen({
  port: config.WEB_PORT,
  idleTimeout: idleSeconds,
  maxRequestBodySize: limits.maxBytes + formBytes,
})
log.info({ port: server?.port }, 'serving HTTP')

stopOnSignal(
  log,
  () => {
    stopping = true
    mail.close()
  },
  () => Promise.race([server?.stop(false), Bun.sleep(8000)]),
  user.close,
  feed.close,
)
