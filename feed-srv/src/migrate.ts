import { closeDatabase, openDatabase } from '@douyin/database'
import { readConfig } from '@douyin/process'
import { migrations } from '../drizzle/migrations.gen.ts'
import { configSchema } from './config.ts'

const { DATABASE_URL } = readConfig(configSchema)
await closeDatabase(await openDatabase({ url: DATABASE_URL, migrations, service: 'feed' }))
console.log('feed-srv: the tables are up to date')
