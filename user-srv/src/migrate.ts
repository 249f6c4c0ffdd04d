import { closeDatabase, openDatabase } from '@douyin/database'
import { readConfig } from '@douyin/process'
import { migrations } from '../drizzle/migrations.gen.ts'
import { fillNameKeys } from './backfill-name-keys.ts'
import { configSchema } from './config.ts'

const { DATABASE_URL } = readConfig(configSchema)
const db = await openDatabase({ url: DATABASE_URL, migrations, service: 'user' })
await fillNameKeys(db)
await closeDatabase(db)
console.log('user-srv: the tables are up to date')
