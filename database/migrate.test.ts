import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connectOptions, type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { until } from '../test/stack.ts'
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

test('a process that finds a statement done by another, which no lock kept out, waits for its mark and goes on behind it', async () => {
  // The other one: it has done what comes second, and marks it a moment later.
  await fresh.query('create table second (id int)')
  const statements = ['first', 'second', 'third'].map((name) => `create table ${name} (id int)`)
  const running = run('galera', [{ tag: '0000_init', sql: statements.join(';--> statement-breakpoint\n') }])
  await until(async () => (await journal('galera').catch(() => []))[0]?.statements === 1)
  await fresh.query('update galera_migration set statements = 2')
  await running
  expect(await journal('galera')).toEqual([{ tag: '0000_init', statements: 3 }])
  expect(await fresh.query('select id from third')).toEqual([])
})

test('a statement in the middle that cannot be done, and that nobody marks, is told', async () => {
  await fresh.query('create table in_the_way (id int)')
  const sql = 'create table e (id int);--> statement-breakpoint\ncreate table in_the_way (id int)'
  await expect(run('alone', [{ tag: '0000_init', sql }])).rejects.toThrow('in_the_way')
  expect(await journal('alone')).toEqual([{ tag: '0000_init', statements: 1 }])
})

function run(service: string, list = migrations) {
  return migrate({ ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) }, list, service)
}

const journal = (service: string) =>
  fresh.query('select tag, statements from ?? order by tag', [`${service}_migration`])
