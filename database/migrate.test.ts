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

test('a migration that was killed between a statement and its journal entry resumes there', async () => {
  await fresh.query('drop table b')
  await run('killed', [{ tag: '0000_init', sql: 'create table b (id int)' }])
  await fresh.query('update killed_migration set statements = 0')
  const after = 'create table b (id int);--> statement-breakpoint\ncreate table c (id int)'
  await run('killed', [{ tag: '0000_init', sql: after }])
  expect(await journal('killed')).toEqual([{ tag: '0000_init', statements: 2 }])
  expect(await fresh.query('select id from c')).toEqual([])
})

test('a failing migration throws and is not recorded as done', async () => {
  const broken = [{ tag: '0000_init', sql: 'create table d (id int);--> statement-breakpoint\ncreate nonsense' }]
  await expect(run('broken', broken)).rejects.toThrow()
  expect(await journal('broken')).toEqual([{ tag: '0000_init', statements: 1 }])
})

test('a process that finds a statement done by a process outside its lock waits for the journal entry and continues after it', async () => {
  // The other process has run the second statement, and records it a moment later.
  await fresh.query('create table second (id int)')
  const statements = ['first', 'second', 'third'].map((name) => `create table ${name} (id int)`)
  const running = run('galera', [{ tag: '0000_init', sql: statements.join(';--> statement-breakpoint\n') }])
  await until(async () => (await journal('galera').catch(() => []))[0]?.statements === 1)
  await fresh.query('update galera_migration set statements = 2')
  await running
  expect(await journal('galera')).toEqual([{ tag: '0000_init', statements: 3 }])
  expect(await fresh.query('select id from third')).toEqual([])
})

test('a statement in the middle that fails, and that no process records, throws', async () => {
  await fresh.query('create table in_the_way (id int)')
  const sql = 'create table e (id int);--> statement-breakpoint\ncreate table in_the_way (id int)'
  await expect(run('alone', [{ tag: '0000_init', sql }])).rejects.toThrow('in_the_way')
  expect(await journal('alone')).toEqual([{ tag: '0000_init', statements: 1 }])
})

test('tables that a later version migrated are rejected in one sentence that names the migration and what to do', async () => {
  await fresh.query('drop table if exists a, b')
  await run('newer')
  const error = await run('newer', migrations.slice(0, 1)).catch((error) => error)
  expect([error.exitCode, error.message]).toEqual([
    65,
    'the tables of newer-srv are of a later version: they have 0001_more, and this version knows 0000_init at most; ' +
      'start that version or a later one, or restore a backup that this version made',
  ])
  expect(await journal('newer')).toHaveLength(2)
})

test('tables that are up to date need no lock, and no right to change them', async () => {
  await fresh.query('drop table if exists a, b')
  await run('reader')
  const name = new URL(fresh.url).pathname.slice(1)
  await fresh.query("create user reader@'%' identified by 'Reader-1'")
  await fresh.query("grant select, insert, update, delete on ??.* to reader@'%'", [name])
  try {
    await fresh.query('select get_lock(?, 0)', [`${name}.reader`])
    const reader = { ...connectOptions(fresh.url), database: name, user: 'reader', password: 'Reader-1' }
    await migrate(reader, migrations, 'reader')
  } finally {
    await fresh.query("drop user reader@'%'")
    await fresh.query('select release_lock(?)', [`${name}.reader`])
  }
})

test('after a process is killed in the middle of a migration, the next one resumes where it stopped', async () => {
  await fresh.query('drop table if exists a, b, c')
  const list = [
    { tag: '0000_init', sql: 'create table a (id int);--> statement-breakpoint\ncreate table b (id int)' },
    {
      tag: '0001_more',
      sql: 'alter table a add column name int;--> statement-breakpoint\nalter table b add column name int;--> statement-breakpoint\ncreate table c (id int)',
    },
  ]
  await run('struck', list.slice(0, 1))
  // An open transaction that read a table blocks ALTER TABLE (metadata lock).
  await fresh.query('start transaction')
  await fresh.query('select * from b')
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      'const [options, list] = JSON.parse(process.env.WORK); await (await import("./database/migrate.ts")).migrate(options, list, "struck")',
    ],
    {
      cwd: `${import.meta.dir}/..`,
      env: { PATH: process.env.PATH, WORK: JSON.stringify([connectionOf(), list]) },
    },
  )
  const waiting =
    'select id from information_schema.processlist where info like "alter table b%" and state like "Waiting%"'
  await until(async () => (await fresh.query(waiting)).length === 1, 20_000)
  child.kill('SIGKILL')
  await child.exited
  await fresh.query('commit')
  expect(await journal('struck')).toEqual([
    { tag: '0000_init', statements: 2 },
    { tag: '0001_more', statements: 1 },
  ])
  await run('struck', list)
  expect(await journal('struck')).toEqual([
    { tag: '0000_init', statements: 2 },
    { tag: '0001_more', statements: 3 },
  ])
  for (const sql of ['select id, name from a', 'select id, name from b', 'select id from c'])
    expect(await fresh.query(sql)).toEqual([])
})

function run(service: string, list = migrations) {
  return migrate(connectionOf(), list, service)
}

const connectionOf = () => ({ ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) })

const journal = (service: string) =>
  fresh.query('select tag, statements from ?? order by tag', [`${service}_migration`])
