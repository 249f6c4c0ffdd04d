import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import type { Pool } from 'mysql2'
import { type OwnServer, ownServer } from '../test/own-server.ts'
import { errorCode } from './driver-error.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'
import { transactInTwoRoundTrips } from './round-trip.ts'

/** Defaults that an operator may have set for the whole server. */
const hostile = ['--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES', '--autocommit=0']
const body = `\\'; drop table note; -- " \\`
let server: OwnServer
let db: Database
beforeAll(async () => {
  server = await ownServer({ serverArgs: hostile })
  const create = 'create table note (id int primary key auto_increment, body varchar(64) not null default "none")'
  const migrations = [{ tag: `it's \\`, sql: create }]
  db = await openDatabase({ url: server.databases[0].url, migrations, service: 'test' })
}, 30_000)
afterAll(async () => {
  await closeDatabase(db)
  await server.stop()
})

const bodies = async () => (await server.databases[0].query('select body from note order by id')).map((row) => row.body)

test('text is stored unchanged and committed, whatever sql_mode and autocommit the server defaults to', async () => {
  await db.execute(sql`insert into note (body) values (${body})`)
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    await begin([sql`select ${body}`])
    await commit([sql`insert into note (body) values (${body})`])
  })
  expect(await bodies()).toEqual([body, body])
})

test('a migration runs as its SQL says, and its journal entry is committed', async () => {
  expect(await server.databases[0].query('select tag, statements from test_migration')).toEqual([
    { tag: `it's \\`, statements: 1 },
  ])
})

test('a value that is too long is rejected, not truncated', async () => {
  const tooLong = db.execute(sql`insert into note (body) values (${'x'.repeat(65)})`)
  expect(errorCode(await tooLong.catch((error) => error))).toBe('ER_DATA_TOO_LONG')
})

test('every connection of both pools has the same modes', async () => {
  const modes = await Promise.all(
    [db.$client, db.$multiStatementPool].flatMap((pool) => Array.from({ length: 4 }, () => modesOf(pool))),
  )
  const mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'
  expect(modes).toEqual(modes.map(() => ({ mode, autocommit: 1 })))
})

async function modesOf(pool: Pool) {
  const [rows] = await pool.promise().query('select @@session.sql_mode as mode, @@session.autocommit as autocommit')
  return (rows as object[])[0]
}
