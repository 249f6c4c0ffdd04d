import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type FreshDatabase, freshDatabase } from '../test/mysql.ts'
import { errorCode } from './driver-error.ts'
import { closeDatabase, type Database, openDatabase } from './open.ts'
import { type RoundTrips, transactInTwoRoundTrips } from './round-trip.ts'

let fresh: FreshDatabase
let db: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  const create = `create table note (id int primary key auto_increment, body varchar(64) not null)
    character set utf8mb4 collate utf8mb4_bin`
  db = await openDatabase({ url: fresh.url, migrations: [{ tag: '0000', sql: create }], service: 'test' })
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

const bodies = async () => (await fresh.query('select body from note order by id')).map((row) => row.body)
const insert = (body: string) => sql`insert into note (body) values (${body})`

test('both round trips return the result of each statement, and the transaction is committed', async () => {
  const result = await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const [none] = await begin([sql`select id from note`])
    const [made, found] = await commit([insert('one'), sql`select body from note`])
    return { none: none?.rows, id: made?.insertId, found: found?.rows }
  })
  expect(result).toEqual({ none: [], id: expect.any(Number), found: [{ body: 'one' }] as never })
  expect(result.id).toBeGreaterThan(0)
  expect(await bodies()).toEqual(['one'])
})

test('no statement runs after one that fails, and those before it are rolled back', async () => {
  const before = await bodies()
  const failing = ({ begin, commit }: RoundTrips) =>
    begin([insert('lost')]).then(() => commit([insert('lost too'), sql`select nothing from nowhere`, insert('never')]))
  expect(errorCode(await transactInTwoRoundTrips(db, failing).catch((error) => error))).toBe('ER_NO_SUCH_TABLE')
  expect(await bodies()).toEqual(before)
})

test('work that fails between the round trips leaves no transaction and no lock behind', async () => {
  const stop = new Error('stop')
  const failing = ({ begin }: RoundTrips) =>
    begin([sql`select id from note for update`, insert('lost')]).then(() => {
      throw stop
    })
  // More transactions than there are connections.
  const errors = await Promise.all(
    Array.from({ length: 20 }, () => transactInTwoRoundTrips(db, failing).catch((error) => error)),
  )
  expect(errors).toEqual(Array(20).fill(stop))
  await fresh.query("update note set body = 'changed'")
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    await begin([])
    await commit([insert('after')])
  })
  expect(await bodies()).toEqual(['changed', 'after'])
})

test('the text of a parameter is never run as SQL', async () => {
  const body = `'; drop table note; -- \\' " 🎬`
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    await begin([sql`select ${body}`])
    await commit([insert(body)])
  })
  expect((await bodies()).at(-1)).toBe(body)
})

test('a transaction that lost a deadlock is run again, and nothing is done twice', async () => {
  await fresh.query("insert into note (id, body) values (101, '0'), (102, '0')")
  const add = (id: number) => sql`update note set body = body + 1 where id = ${id}`
  const bothHold = Promise.withResolvers<void>()
  let holding = 0
  let runs = 0
  const addToBoth = (first: number, second: number) =>
    transactInTwoRoundTrips(db, async ({ begin, commit }) => {
      runs++
      await begin([add(first)])
      if (++holding === 2) bothHold.resolve()
      await bothHold.promise
      await commit([add(second)])
    })
  await Promise.all([addToBoth(101, 102), addToBoth(102, 101)])
  expect(runs).toBe(3)
  expect(await fresh.query('select body from note where id > 100')).toEqual([{ body: '2' }, { body: '2' }])
})

test('the main pool accepts one statement per query', async () => {
  const error = await db
    .execute(sql.raw("select 1; insert into note (body) values ('smuggled')"))
    .catch((error) => error)
  expect(errorCode(error)).toBe('ER_PARSE_ERROR')
  expect(await bodies()).not.toContain('smuggled')
})

test('a round trip that takes too long fails, and later ones succeed', async () => {
  const slow = ({ begin }: RoundTrips) => begin([sql`select sleep(30)`])
  expect(errorCode(await transactInTwoRoundTrips(db, slow).catch((error) => error))).toBe('PROTOCOL_SEQUENCE_TIMEOUT')
  const next = Array.from({ length: 8 }, () =>
    transactInTwoRoundTrips(db, async ({ begin, commit }) => {
      await begin([])
      return (await commit([sql`select 1 as one`]))[0]?.rows
    }),
  )
  expect(await Promise.all(next)).toEqual(Array(8).fill([{ one: 1 }]))
})
