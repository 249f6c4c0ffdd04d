import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connectOptions, type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { migrate } from './migrate.ts'

const migrations = [
  { tag: '0000_init', sql: 'create table a (id int);--> statement-breakpoint\ncreate table b (id int)' },
  { tag: '0001_more', sql: 'alter table a add column name int' },
]

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

test('several processes that start at once run each migration once', async () => {
  await Promise.all(Array.from({ length: 5 }, () => run('many')))
  expect(await journal('many')).toEqual([
    { tag: '0000_init', statements: 2 },
    { tag: '0001_more', statements: 1 },
  ])
  expect(await fresh.query('select id, name from a')).toEqual([])
})

test('a migration that was killed between a statement and its mark goes on there', async () => {
  await fresh.query('drop table b')
  await run('killed', [{ tag: '0000_init', sql: 'create table b (id int)' }])
  await fresh.query('update killed_migration set statements = 0')
  const after = 'create table b (id int);--> statement-breakpoint\ncreate table c (id int)'
  await run('killed', [{ tag: '0000_init', sql: after }])
  expect(await journal('killed')).toEqual([{ tag: '0000_init', statements: 2 }])
  expect(await fresh.query('select id from c')).toEqual([])
})

test('a migration that fails is told, and is not marked as done', async () => {
  const broken = [{ tag: '0000_init', sql: 'create table d (id int);--> statement-breakpoint\ncreate nonsense' }]
  await expect(run('broken', broken)).rejects.toThrow()
  expect(await journal('broken')).toEqual([{ tag: '0000_init', statements: 1 }])
})

function run(service: string, list = migrations) {
  return migrate({ ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) }, list, service)
}

const journal = (service: string) =>
  fresh.query('select tag, statements from ?? order by tag', [`${service}_migration`])
