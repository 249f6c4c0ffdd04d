import { closeDatabase, type Database, type Migration, openDatabase } from '@douyin/database'
import { readConfig } from '@douyin/process'
import { migrations as feedMigrations } from '../../feed-srv/drizzle/migrations.gen.ts'
import { configSchema as feedSchema } from '../../feed-srv/src/config.ts'
import { migrations as userMigrations } from '../../user-srv/drizzle/migrations.gen.ts'
import { configSchema as userSchema } from '../../user-srv/src/config.ts'
import { configSchema as webSchema } from '../../web-srv/src/config.ts'

/** All that an installation keeps: two databases and the media. */
export interface Places {
  user: Database
  feed: Database
  mediaDir: string
  graceSeconds: number
  close(): Promise<void>
}

/** Nobody waits for these queries, and they look at everything. */
const queryMs = 10 * 60_000

/** What is asked of a service's settings only when it serves. */
const unasked = {
  USER_GRPC_ADDRESS: 'none',
  FEED_GRPC_ADDRESS: 'none',
  GRPC_SECRET: crypto.randomUUID(),
  JWT_SECRET: crypto.randomUUID(),
}

const known = { user: userMigrations, feed: feedMigrations }

/** Opens them as the services' own settings say; tables are made only if `wanted` migrations are given. */
export async function openPlaces(wanted?: { user: Migration[]; feed: Migration[] }): Promise<Places> {
  const environment = { ...unasked, ...Bun.env }
  const { MEDIA_DIR, MEDIA_GRACE_SECONDS } = readConfig(webSchema, environment)
  const open = (service: 'user' | 'feed', url: string) =>
    openDatabase({
      ...{ url, service, queryMs, connections: 4 },
      ...(wanted ? { migrations: wanted[service] } : { migrations: known[service], tables: 'keep' }),
    })
  const [user, feed] = await Promise.all([
    open('user', readConfig(userSchema, environment).DATABASE_URL),
    open('feed', readConfig(feedSchema, environment).DATABASE_URL),
  ])
  return {
    user,
    feed,
    mediaDir: MEDIA_DIR,
    graceSeconds: MEDIA_GRACE_SECONDS,
    async close() {
      await Promise.all([closeDatabase(user), closeDatabase(feed)])
    },
  }
}
