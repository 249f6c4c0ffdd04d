import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'
import { compareTallies, tally } from './tally.ts'

let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  const tables = ['said', 'found'].map(
    (name) => `create table ${name} (owner bigint not null, n int not null, key (owner))`,
  )
  const migrations = [{ tag: '0000', sql: tables.join(';--> statement-breakpoint\n') }]
  db = await openDatabase({ url: fresh.url, migrations, service: 'test' })
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

const sums = (name: string) => tally({ table: sql.raw(name), key: sql`owner`, value: sql`sum(n)` })

test('every key of either is compared once, in whatever pages they are read', async () => {
  const said = Array.from({ length: 40 }, (_, i) => [(i * 7) % 50, i])
  const found = Array.from({ length: 30 }, (_, i) => [25 + ((i * 11) % 60), i])
  await fresh.query('insert into said values ?', [said])
  await fresh.query('insert into found values ?', [found])
  const sumOf = (rows: number[][], key: number) => {
    const own = rows.filter(([owner]) => owner === key)
    return own.length > 0 ? own.reduce((sum, [, n]) => sum + n!, 0) : undefined
  }
  const keys = [...new Set([...said, ...found].map(([owner]) => owner!))].sort((a, b) => a - b)
  const wanted = keys.map((key) => [key, sumOf(said, key), sumOf(found, key)])
  for (const batchSize of [1, 3, 7, 1000]) {
    const compared: [number, number?, number?][] = []
    const take = (id: number, values: { said?: number; found?: number }) =>
      compared.push([id, values.said, values.found])
    await compareTallies(db, { said: sums('said'), found: sums('found') }, take, batchSize)
    expect(compared.sort(([a], [b]) => a - b) as unknown).toEqual(wanted)
  }
})

test('what changes meanwhile is compared as it was at the beginning', async () => {
  await fresh.query('delete from said')
  await fresh.query('delete from found')
  const rows = Array.from({ length: 20 }, (_, i) => [i, 1])
  await fresh.query('insert into said values ?', [rows])
  await fresh.query('insert into found values ?', [rows])
  let changed = false
  // Between the question for the one and the question for the other.
  const slow = (after: number) => {
    changed = true
    return sums('found')(after)
  }
  const wrong: number[] = []
  const change = async () => {
    while (!changed) await Bun.sleep(0)
    await fresh.query('update said set n = 5')
    await fresh.query('update found set n = 5')
  }
  const take = (id: number, { said, found }: { said?: number; found?: number }) => said !== found && wrong.push(id)
  await Promise.all([compareTallies(db, { said: sums('said'), found: slow }, take, 2), change()])
  expect(wrong).toEqual([])
})
