import { answers, closeDatabase, isOutage, openDatabase } from '@douyin/database'
import { createLog, logUncaught, readConfig, stopOnSignal } from '@douyin/process'
import { feedContract, serve } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { foldCommentCounts } from './comment-counts.ts'
import { configSchema } from './config.ts'
import { feedService } from './service.ts'

const config = readConfig(configSchema)
const log = createLog('feed-srv', config.LOG_LEVEL)
logUncaught(log)
const db = await openDatabase({ url: config.DATABASE_URL, migrations, service: 'feed' })
const commentCounts = foldCommentCounts(db, log)
const address = `${config.GRPC_HOST}:${config.FEED_GRPC_PORT}`
const server = await serve(feedContract, feedService(db, commentCounts), {
  address,
  log,
  isReady: () => answers(db),
  isOutage,
})
log.info({ port: server.port }, 'serving gRPC')
stopOnSignal(log, server.stop, commentCounts.stop, () => closeDatabase(db))
