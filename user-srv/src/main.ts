import { answers, closeDatabase, isOutage, openDatabase } from '@douyin/database'
import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { connect, feedContract, serve, userContract } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { configSchema } from './config.ts'
import { foldCounts } from './counts.ts'
import { userService } from './service.ts'

const config = readConfig(configSchema)
const log = createLog('user-srv', config.LOG_LEVEL)
logUncaught(log)
const db = await openDatabase({ url: config.DATABASE_URL, migrations, service: 'user' })
const feed = connect(feedContract, config.FEED_GRPC_ADDRESS, { deadlineMs: 2000 })
const counts = foldCounts(db, feed, log)
const service = userService({ db, feed, counts, passwordMin: config.PASSWORD_MIN })
const address = `${config.GRPC_HOST}:${config.USER_GRPC_PORT}`
const server = await serve(userContract, service, { address, log, isReady: () => answers(db), isOutage })
log.info({ port: server.port }, 'serving gRPC')
stopOnSignal(log, server.stop, counts.stop, feed.close, () => closeDatabase(db))
