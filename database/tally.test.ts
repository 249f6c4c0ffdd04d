import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'
import { compareTallies, tally } from './tally.ts'

let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  const tables = ['saved', 'counted'].map(
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

test('every key of either tally is compared once, whatever the batch size', async () => {
  const saved = Array.from({ length: 40 }, (_, i) => [(i * 7) % 50, i])
  const counted = Array.from({ length: 30 }, (_, i) => [25 + ((i * 11) % 60), i])
  await fresh.query('insert into saved values ?', [saved])
  await fresh.query('insert into counted values ?', [counted])
  const sumOf = (rows: number[][], key: number) => {
    const own = rows.filter(([owner]) => owner === key)
    return own.length > 0 ? own.reduce((sum, [, n]) => sum + n!, 0) : undefined
  }
  const keys = [...new Set([...saved, ...counted].map(([owner]) => owner!))].sort((a, b) => a - b)
  const expected = keys.map((key) => [key, sumOf(saved, key), sumOf(counted, key)])
  for (const batchSize of [1, 3, 7, 1000]) {
    const compared: [number, number?, number?][] = []
    const visit = (id: number, values: { saved?: number; counted?: number }) =>
      compared.push([id, values.saved, values.counted])
    await compareTallies(db, { saved: sums('saved'), counted: sums('counted') }, visit, batchSize)
    expect(compared.sort(([a], [b]) => a - b) as unknown).toEqual(expected)
  }
})

test('rows that change during a comparison are compared as they were at its start', async () => {
  await fresh.query('delete from saved')
  await fresh.query('delete from counted')
  const rows = Array.from({ length: 20 }, (_, i) => [i, 1])
  await fresh.query('insert into saved values ?', [rows])
  await fresh.query('insert into counted values ?', [rows])
  let changed = false
  // Between the statement of one tally and that of the other.
  const slow = (after: number) => {
    changed = true
    return sums('counted')(after)
  }
  const wrong: number[] = []
  const change = async () => {
    while (!changed) await Bun.sleep(0)
    await fresh.query('update saved set n = 5')
    await fresh.query('update counted set n = 5')
  }
  const visit = (id: number, { saved, counted }: { saved?: number; counted?: number }) =>
    saved !== counted && wrong.push(id)
  await Promise.all([compareTallies(db, { saved: sums('saved'), counted: slow }, visit, 2), change()])
  expect(wrong).toEqual([])
})
