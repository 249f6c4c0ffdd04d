import { closeDatabase, isAnswering, isOutage, openDatabase, purgeKeys } from '@douyin/database'
import type { Log } from '@douyin/process'
import { migrations } from '../drizzle/migrations.gen.ts'
import type { FeedConfig } from './config.ts'
import { freeDeleted } from './purge-deleted.ts'
import { idempotencyKeyTable } from './schema.ts'
import { feedService } from './service.ts'

/** All that it needs may be started at the same time as itself. */
const waitMs = 60_000

/** All of feed-srv but its door, over its database. */
export async function startFeed(config: FeedConfig, log: Log) {
  const db = await openDatabase({ url: config.DATABASE_URL, migrations, service: 'feed', waitMs })
  const freeing = freeDeleted(db, config.MEDIA_GRACE_SECONDS * 1000, log)
  const purging = purgeKeys(db, idempotencyKeyTable, (error) =>
    log.error({ err: error }, 'old send_ids and upload_ids are kept longer'),
  )
  return {
    service: feedService(db),
    isOutage,
    isReady: () => isAnswering(db),
    async stop() {
      await Promise.all([freeing.stop(), purging.stop()])
      await closeDatabase(db)
    },
  }
}
