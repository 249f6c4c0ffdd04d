import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { exportSpans, serveMetrics } from '@douyin/telemetry'
import { configSchema } from './config.ts'
import { reachServices } from './services.ts'
import { startWeb } from './start.ts'

const config = readConfig(configSchema)
const log = createLog('web-srv', config.LOG_LEVEL)
logUncaught(log)
const stopMetrics = await serveMetrics(config.WEB_METRICS_PORT, config.GRPC_HOST)
const sendSpans = await exportSpans('web-srv')
const { USER_GRPC_ADDRESS, FEED_GRPC_ADDRESS, GRPC_SECRET } = config
const { user, feed } = reachServices(USER_GRPC_ADDRESS, FEED_GRPC_ADDRESS, GRPC_SECRET)
const areReady = async () => (await Promise.all([user.isReady(), feed.isReady()])).every(Boolean)
const { stop } = await startWeb(config, { user, feed }, areReady, log)
stopOnSignal(log, stop, user.close, feed.close, stopMetrics, sendSpans)
