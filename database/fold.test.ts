import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { bigint, mysqlTable, tinyint } from 'drizzle-orm/mysql-core'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { foldDeltas } from './fold.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'

const deltaTable = mysqlTable('delta', {
  id: bigint('id', { mode: 'number' }).autoincrement().primaryKey(),
  delta: tinyint('delta').notNull(),
})
const create = `create table delta (id bigint primary key auto_increment, delta tinyint not null);
  --> statement-breakpoint
  create table total (id int primary key, count int not null)`

let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  db = await openDatabase({ url: fresh.url, migrations: [{ tag: '0000', sql: create }], service: 'test' })
  await fresh.query('insert into total values (1, 0)')
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

test('a round that finds a row taken by another, though it had read it, adds nothing of it', async () => {
  await fresh.query('insert into delta (delta) values (1), (1), (1)')
  let rounds = 0
  const add = (deltas: { id: number; delta: number }[]) => {
    rounds++
    const sum = deltas.reduce((sum, { delta }) => sum + delta, 0)
    // An engine without SKIP LOCKED can give the same rows to a second process, which deletes them.
    const taken = rounds === 1 ? [sql`delete from ${deltaTable} where id = ${deltas[0]?.id}`] : []
    return [sql`update total set count = count + ${sum}`, ...taken]
  }
  await foldDeltas(db, deltaTable, add)
  expect(rounds).toBe(2)
  expect(await fresh.query('select count from total')).toEqual([{ count: 3 }])
  expect(await fresh.query('select id from delta')).toEqual([])
})
