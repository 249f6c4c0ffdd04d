import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { mysqlTable } from 'drizzle-orm/mysql-core'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { exactText, text } from './columns.ts'
import { errorCode } from './driver-error.ts'
import { closeDatabase, type Database, isAnswering, openDatabase } from './open.ts'
import { isOutage } from './outage.ts'
import { transact } from './transact.ts'

const noteTable = mysqlTable('note', { name: exactText('name', { bytes: 64 }), body: text('body', { length: 64 }) })
const create =
  'create table note (id int primary key, name varbinary(64), body varchar(64) character set utf8mb4 collate utf8mb4_bin)'

let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  // An existing database may not be utf8mb4.
  await fresh.query('alter database character set latin1')
  const migrations = [
    { tag: '0000', sql: create.replace('id int primary key, ', 'id int primary key auto_increment, ') },
  ]
  db = await openDatabase({ url: fresh.url, migrations, service: 'test', connections: 4 })
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

test('text of any script is read back unchanged, also if the database defaults to latin1', async () => {
  await db.insert(noteTable).values({ name: '用户 🎬 ', body: '好看 🎉\n' })
  expect(await db.select().from(noteTable)).toEqual([{ name: '用户 🎬 ', body: '好看 🎉\n' }])
})

test('a query that takes too long fails, and the pool keeps working', async () => {
  const error = await db.execute(sql`select sleep(30)`).catch((error) => error)
  expect(errorCode(error)).toBe('PROTOCOL_SEQUENCE_TIMEOUT')
  expect(isOutage(error)).toBe(true)
  expect(await Promise.all(Array.from({ length: 8 }, () => isAnswering(db)))).toEqual(Array(8).fill(true))
})

test('every connection of the pool waits 2 s for a lock', async () => {
  const query = sql`select @@session.innodb_lock_wait_timeout as seconds`
  const results = await Promise.all(Array.from({ length: 8 }, () => db.execute(query)))
  for (const [rows] of results) expect(rows as unknown).toEqual([{ seconds: 2 }])
})

test('a transaction that lost a deadlock is run again, and nothing is done twice', async () => {
  await fresh.query('insert into note (id, body) values (101, 0), (102, 0)')
  const bothHold = Promise.withResolvers<void>()
  let holding = 0
  let runs = 0
  const add = (first: number, second: number) =>
    transact(db, async (tx) => {
      runs++
      await tx.execute(sql`update note set body = body + 1 where id = ${first}`)
      if (++holding === 2) bothHold.resolve()
      await bothHold.promise
      await tx.execute(sql`update note set body = body + 1 where id = ${second}`)
    })
  await Promise.all([add(101, 102), add(102, 101)])
  expect(runs).toBe(3)
  const rows = await fresh.query('select body from note where id > 100')
  expect(rows).toEqual([{ body: '2' }, { body: '2' }])
})

test('a server that does not answer is an outage', async () => {
  const options = { url: 'mysql://root@127.0.0.1:1/x', migrations: [], service: 'test' }
  const error = await openDatabase(options).catch((error) => error)
  expect(isOutage(error)).toBe(true)
})
