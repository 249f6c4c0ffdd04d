import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { until } from '../test/stack.ts'
import { type Attempt, contentHash, findKeys, idempotencyKeys, knownKey, makeOnce, purgeKeys } from './idempotency.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'
import { transact } from './transact.ts'

const table = idempotencyKeys('test_key')
const dayMs = 86_400_000
const create = `create table test_key (user_id bigint not null, kind tinyint not null,
  idempotency_key varbinary(64) not null, content_hash varbinary(64) not null, row_id bigint not null,
  create_time bigint not null, primary key (user_id, kind, idempotency_key), index test_key_create_time (create_time))`
let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  const note = 'create table note (id int primary key auto_increment, body varchar(64) not null)'
  const migrations = [{ tag: '0000', sql: `${create}--> statement-breakpoint${note}` }]
  db = await openDatabase({ url: fresh.url, migrations, service: 'test' })
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

const attempt = (key: string, content = 'a'): Attempt => ({
  userId: 1,
  kind: 1,
  key,
  contentHash: contentHash(content),
})
const keys = async () => (await fresh.query('select row_id from test_key order by row_id')).map((row) => row.row_id)

test('two attempts that both find no key insert one row: the second is rolled back and finds the first', async () => {
  const bothLooked = Promise.withResolvers<void>()
  let looked = 0
  const make = (body: string) =>
    transact(db, (tx) =>
      makeOnce(tx, table, attempt('race'), async () => {
        if (++looked === 2) bothLooked.resolve()
        await bothLooked.promise
        const [rows] = await tx.execute(sql`insert into note (body) values (${body})`)
        return { id: (rows as unknown as { insertId: number }).insertId, createTime: 1 }
      }),
    )
  const [one, other] = await Promise.all([make('one'), make('other')])
  expect(looked).toBe(2)
  expect(other).toEqual(one)
  expect(await fresh.query('select id from note')).toEqual([{ id: one?.id ?? 0 }])
})

test('failed work leaves its key free, and other content under a used key inserts nothing', async () => {
  const failing = () => Promise.reject(new Error('stop'))
  const failure = await transact(db, (tx) => makeOnce(tx, table, attempt('free'), failing)).catch((error) => error)
  expect(failure.message).toBe('stop')
  const inserted = { id: 5, createTime: 6 }
  expect(await transact(db, (tx) => makeOnce(tx, table, attempt('free'), async () => inserted))).toEqual(inserted)
  expect(await transact(db, (tx) => makeOnce(tx, table, attempt('free', 'b'), failing))).toBeUndefined()
  expect(await transact(db, (tx) => makeOnce(tx, table, attempt('free'), failing))).toEqual(inserted)
})

test('different parts have different hashes, even if they join to the same text', () => {
  const hashes = [contentHash('ab', 'c'), contentHash('a', 'bc'), contentHash('abc'), contentHash(1), contentHash('1')]
  expect(new Set(hashes).size).toBe(5)
})

test('keys are looked up by the primary key, one or many', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => [i, 1, `key-${i}`, 'hash', i, Date.now()])
  await fresh.query('insert into test_key values ?', [rows])
  await fresh.query('analyze table test_key')
  for (const count of [1, 2, 250]) {
    const attempts = Array.from({ length: count }, (_, i) => ({ ...attempt(`key-${i * 7}`), userId: i * 7 }))
    const result = await db.execute(findKeys(table, attempts))
    const names = (result[0] as unknown as Record<string, unknown>[]).map((row) => knownKey(row).key)
    expect(names.sort()).toEqual(attempts.map(({ key }) => key).sort())
    // MariaDB prints the plan as a table, MySQL as a tree.
    const plan = JSON.stringify((await db.execute(sql`explain ${findKeys(table, attempts)}`))[0])
    // MySQL fetches a single row by its primary key while it plans.
    expect(plan).toMatch(/PRIMARY|fetched before execution/)
    expect(plan).not.toMatch(/table scan|"type":"(?:ALL|index)"/i)
  }
})

test('all keys older than three days are deleted, and no others', async () => {
  await fresh.query('delete from test_key')
  const now = Date.now()
  const old = Array.from({ length: 2500 }, (_, i) => [2, 1, `old-${i}`, 'hash', i, now - 3 * dayMs - 1000 - i])
  await fresh.query('insert into test_key values ?', [
    [...old, [2, 1, 'young', 'hash', 9000, now - 3 * dayMs + 60_000]],
  ])
  const errors: unknown[] = []
  const purging = purgeKeys(db, table, (error) => errors.push(error))
  await until(async () => (await keys()).length === 1)
  await purging.stop()
  expect([errors, await keys()]).toEqual([[], [9000]])
})
