import { closeDatabase, type Database, type Migration, openDatabase } from '@douyin/database'
import { readConfig } from '@douyin/process'
import { migrations as feedMigrations } from '../feed-srv/drizzle/migrations.gen.ts'
import { configSchema as feedSchema } from '../feed-srv/src/config.ts'
import { migrations as userMigrations } from '../user-srv/drizzle/migrations.gen.ts'
import { configSchema as userSchema } from '../user-srv/src/config.ts'
import { configSchema as webSchema } from '../web-srv/src/config.ts'

/** All that an installation stores: two databases and the media. */
export interface Installation {
  user: Database
  feed: Database
  urls: Record<Service, string>
  mediaDir: string
  graceSeconds: number
  close(): Promise<void>
}

/** Long, since these queries read everything and nobody waits for them. */
const queryMs = 10 * 60_000

/** Values for settings that a service needs only when it serves. */
const placeholders = {
  USER_GRPC_ADDRESS: 'none',
  FEED_GRPC_ADDRESS: 'none',
  GRPC_SECRET: crypto.randomUUID(),
  JWT_SECRET: crypto.randomUUID(),
}

export const services = ['user', 'feed'] as const
export type Service = (typeof services)[number]

/** The migrations that this version knows. */
export const migrationsOf: Record<Service, Migration[]> = { user: userMigrations, feed: feedMigrations }

/** Opens the databases that the services' settings name. `keep` requires their tables; `any` accepts any state. */
export async function openInstallation(tables: 'keep' | 'any'): Promise<Installation> {
  const environment = { ...placeholders, ...Bun.env }
  const { MEDIA_DIR, MEDIA_GRACE_SECONDS } = readConfig(webSchema, environment)
  const urls = {
    user: readConfig(userSchema, environment).DATABASE_URL,
    feed: readConfig(feedSchema, environment).DATABASE_URL,
  }
  const open = (service: Service) =>
    openDatabase({ url: urls[service], migrations: migrationsOf[service], service, tables, queryMs, connections: 4 })
  const [user, feed] = await Promise.all([open('user'), open('feed')])
  return {
    user,
    feed,
    urls,
    mediaDir: MEDIA_DIR,
    graceSeconds: MEDIA_GRACE_SECONDS,
    async close() {
      await Promise.all([closeDatabase(user), closeDatabase(feed)])
    },
  }
}
