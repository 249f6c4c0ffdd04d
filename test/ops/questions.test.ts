import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { migrations as feedMigrations } from '../../feed-srv/drizzle/migrations.gen.ts'
import { auditFeed } from '../../feed-srv/src/audit.ts'
import { migrations as userMigrations } from '../../user-srv/drizzle/migrations.gen.ts'
import { auditUser } from '../../user-srv/src/audit.ts'
import { type FreshDatabase, freshDatabase } from '../mysql.ts'
import { recordStatements } from '../statements.ts'

let fresh: FreshDatabase[]
let databases: Database[]
beforeAll(async () => {
  fresh = [await freshDatabase(), await freshDatabase()]
  databases = [
    await openDatabase({ url: fresh[0]!.url, migrations: userMigrations, service: 'user' }),
    await openDatabase({ url: fresh[1]!.url, migrations: feedMigrations, service: 'feed' }),
  ]
})
afterAll(async () => {
  await Promise.all(databases.map(closeDatabase))
  await Promise.all(fresh.map((one) => one.drop()))
})

test('each query of doctor reads one table, so that a sharded database can run it', async () => {
  const recorder = await recordStatements(fresh)
  const [user, feed] = databases as [Database, Database]
  const statements = await recorder.during(async () => {
    for (const { find } of [...auditUser(user), ...auditFeed(feed, 0)]) await find()
  })
  await recorder.stop()
  const queries = statements.filter((one) => /^select/i.test(one))
  expect(queries.length).toBeGreaterThan(15)
  expect(queries.filter((one) => one.match(/\b(?:from|join)\b/gi)?.length !== 1)).toEqual([])
})
