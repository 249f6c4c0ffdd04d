import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { feedContract, serve } from '@douyin/proto'
import { exportSpans, serveMetrics } from '@douyin/telemetry'
import { configSchema } from './config.ts'
import { startFeed } from './start.ts'

const config = readConfig(configSchema)
const log = createLog('feed-srv', config.LOG_LEVEL)
logUncaught(log)
const stopMetrics = await serveMetrics(config.FEED_METRICS_PORT, config.GRPC_HOST)
const sendSpans = await exportSpans('feed-srv')
const { service, isReady, isOutage, stop } = await startFeed(config, log)
const address = `${config.GRPC_HOST}:${config.FEED_GRPC_PORT}`
const server = await serve(feedContract, service, { address, secret: config.GRPC_SECRET, log, isReady, isOutage })
log.info({ port: server.port }, 'serving gRPC')
stopOnSignal(log, server.stop, stop, stopMetrics, sendSpans)
