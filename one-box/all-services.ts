// The three services in one process. web-srv gets the two service objects, without a socket between them.
import { randomBytes } from 'node:crypto'
import { createLog, isProduction, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { feedContract, inProcessClient, type RunningServer, serve, userContract } from '@douyin/proto'
import { exportSpans, serveMetrics } from '@douyin/telemetry'
import { configSchema as feedSchema } from '../feed-srv/src/config.ts'
import { startFeed } from '../feed-srv/src/start.ts'
import { configSchema as userSchema } from '../user-srv/src/config.ts'
import { feedLimits, startUser } from '../user-srv/src/start.ts'
import { configSchema as webSchema } from '../web-srv/src/config.ts'
import { callLimits } from '../web-srv/src/services.ts'
import { startWeb } from '../web-srv/src/start.ts'

// Production requires gRPC addresses, which are not used here, and a secret, which only callers from outside need.
const needsNoSecret = Bun.env.GRPC_SECRET || Bun.env.GRPC_SECRET_FILE || !isProduction
const randomSecret = needsNoSecret ? {} : { GRPC_SECRET: randomBytes(32).toString('hex') }
const environment = { USER_GRPC_ADDRESS: 'here', FEED_GRPC_ADDRESS: 'here', ...randomSecret, ...Bun.env }
const [userConfig, feedConfig, webConfig] = [
  readConfig(userSchema, environment),
  readConfig(feedSchema, environment),
  readConfig(webSchema, environment),
]
const log = createLog('one-box', webConfig.LOG_LEVEL)
logUncaught(log)
const stopMetrics = await serveMetrics(webConfig.WEB_METRICS_PORT, webConfig.GRPC_HOST)
const sendSpans = await exportSpans('one-box')
const feed = await startFeed(feedConfig, log)
const reachFeed = (limits: typeof feedLimits) =>
  inProcessClient(feedContract, feed.service, { ...limits, log, isOutage: feed.isOutage })
const user = await startUser(userConfig, reachFeed(feedLimits), log)
const services = {
  user: inProcessClient(userContract, user.service, { ...callLimits.user, log, isOutage: user.isOutage }),
  feed: reachFeed(callLimits.feed),
}
const areReady = async () => (await Promise.all([user.isReady(), feed.isReady()])).every(Boolean)

// gRPC listens only if its port is set, since a port that listens can be reached.
const grpcServers: RunningServer[] = []
const secret = webConfig.GRPC_SECRET
if (Bun.env.FEED_GRPC_PORT) {
  const address = `${feedConfig.GRPC_HOST}:${feedConfig.FEED_GRPC_PORT}`
  const { isReady, isOutage } = feed
  grpcServers.push(await serve(feedContract, feed.service, { address, secret, log, isReady, isOutage }))
}
if (Bun.env.USER_GRPC_PORT) {
  const address = `${userConfig.GRPC_HOST}:${userConfig.USER_GRPC_PORT}`
  const { isReady, isOutage } = user
  grpcServers.push(await serve(userContract, user.service, { address, secret, log, isReady, isOutage }))
}
const web = await startWeb(webConfig, services, areReady, log)
stopOnSignal(
  log,
  web.stop,
  () => Promise.all(grpcServers.map((server) => server.stop())),
  user.stop,
  feed.stop,
  stopMetrics,
  sendSpans,
)
