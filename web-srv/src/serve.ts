import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { configSchema } from './config.ts'
import { reachServices } from './services.ts'
import { startWeb } from './start.ts'

const config = readConfig(configSchema)
const log = createLog('web-srv', config.LOG_LEVEL)
logUncaught(log)
const { user, feed } = reachServices(config.USER_GRPC_ADDRESS, config.FEED_GRPC_ADDRESS)
const areReady = async () => (await Promise.all([user.isReady(), feed.isReady()])).every(Boolean)
const { stop } = await startWeb(config, { user, feed }, areReady, log)
stopOnSignal(log, stop, user.close, feed.close)
