import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { connect, feedContract, serve, userContract } from '@douyin/proto'
import { exportSpans, serveMetrics } from '@douyin/telemetry'
import { configSchema } from './config.ts'
import { feedLimits, startUser } from './start.ts'

const config = readConfig(configSchema)
const log = createLog('user-srv', config.LOG_LEVEL)
logUncaught(log)
const stopMetrics = await serveMetrics(config.USER_METRICS_PORT, config.GRPC_HOST)
const sendSpans = await exportSpans('user-srv')
const secret = config.GRPC_SECRET
const feed = connect(feedContract, config.FEED_GRPC_ADDRESS, { ...feedLimits, secret })
const { service, isReady, isOutage, stop } = await startUser(config, feed, log)
const address = `${config.GRPC_HOST}:${config.USER_GRPC_PORT}`
const server = await serve(userContract, service, { address, secret, log, isReady, isOutage })
log.info({ port: server.port }, 'serving gRPC')
stopOnSignal(log, server.stop, stop, stopMetrics, sendSpans, feed.close)
