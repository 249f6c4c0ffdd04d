import { closeDatabase, isAnswering, isOutage, openDatabase, purgeKeys } from '@douyin/database'
import type { Log } from '@douyin/process'
import { migrations } from '../drizzle/migrations.gen.ts'
import type { FeedConfig } from './config.ts'
import { purgeDeletedVideos } from './purge-deleted.ts'
import { idempotencyKeyTable } from './schema.ts'
import { feedService } from './service.ts'

/** The database server may be started at the same time as this service. */
const waitMs = 60_000

/** All of feed-srv except its gRPC server, over its database. */
export async function startFeed(config: FeedConfig, log: Log) {
  const db = await openDatabase({ url: config.DATABASE_URL, migrations, service: 'feed', waitMs })
  const videoPurge = purgeDeletedVideos(db, config.MEDIA_GRACE_SECONDS * 1000, log)
  const keyPurge = purgeKeys(db, idempotencyKeyTable, (error) =>
    log.error({ err: error }, 'failed to delete old send_ids and upload_ids'),
  )
  return {
    service: feedService(db),
    isOutage,
    isReady: () => isAnswering(db),
    async stop() {
      await Promise.all([videoPurge.stop(), keyPurge.stop()])
      await closeDatabase(db)
    },
  }
}
