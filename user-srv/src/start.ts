import { closeDatabase, isAnswering, isOutage, openDatabase, purgeKeys } from '@douyin/database'
import type { Log } from '@douyin/process'
import type { Feed } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { fillNameKeys } from './backfill-name-keys.ts'
import { commonPasswords } from './common-passwords.ts'
import type { UserConfig } from './config.ts'
import { deletedVideos } from './deleted-videos.ts'
import { publishLikeCounts } from './like-count-outbox.ts'
import { idempotencyKeyTable } from './schema.ts'
import { userService } from './service.ts'

/** The database server may be started at the same time as this service. */
const waitMs = 60_000

/** The deadline of a call to feed-srv: the caller of user-srv waits for it. */
export const feedLimits = { deadlineMs: 2000 }

/** All of user-srv except its gRPC server, over its database and `feed`. */
export async function startUser(config: UserConfig, feed: Feed, log: Log) {
  const { PASSWORD_MIN: passwordMin, PASSWORD_DENY_COMMON } = config
  const deniedPasswords = PASSWORD_DENY_COMMON === 'on' ? await commonPasswords(passwordMin) : undefined
  const db = await openDatabase({ url: config.DATABASE_URL, migrations, service: 'user', waitMs })
  await fillNameKeys(db)
  const deleted = deletedVideos(db, feed, log)
  const likeCounts = publishLikeCounts(db, feed, deleted.note, log)
  const keyPurge = purgeKeys(db, idempotencyKeyTable, (error) =>
    log.error({ err: error }, 'failed to delete old send_ids'),
  )
  return {
    service: userService({ db, feed, deleted, passwordMin, deniedPasswords }),
    isOutage,
    isReady: () => isAnswering(db),
    async stop() {
      await Promise.all([likeCounts.stop(), keyPurge.stop()])
      await deleted.stop()
      await closeDatabase(db)
    },
  }
}
