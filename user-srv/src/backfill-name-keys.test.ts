import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { type Feed, status, type User } from '@douyin/proto'
import { type FreshDatabase, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'
import { fillNameKeys } from './backfill-name-keys.ts'
import { outcome } from './fixture.ts'
import { passwords } from './passwords.ts'
import { userService } from './service.ts'

/** Names that version 0.1 accepted, in the order of ids from 1. */
const oldNames = [
  'Alice',
  'alice',
  'Alice ',
  'Ａlice',
  'ali\u200bce',
  'Аlice',
  ' Bob',
  'c\u0326',
  '\u3164',
  'ﷺ'.repeat(32),
]
const earlier = migrations.slice(
  0,
  migrations.findIndex(({ tag }) => tag.endsWith('name_keys')),
)

let fresh: FreshDatabase
let db: Database
let user: User
beforeAll(async () => {
  fresh = await freshDatabase()
  await closeDatabase(await openDatabase({ url: fresh.url, migrations: earlier, service: 'user' }))
  const hash = await passwords(6).hash('secret1')
  const rows = oldNames.map((name) => [Buffer.from(name), hash, 0])
  await fresh.query('insert into user (name, password_hash, create_time) values ?', [rows])
  db = await openDatabase({ url: fresh.url, migrations, service: 'user' })
  const feed = {} as Feed
  const deleted = { note: async () => {}, stop: async () => {} }
  user = userService({ db, feed, deleted, passwordMin: 6 })
})
afterAll(async () => {
  await closeDatabase(db)
  await fresh.drop()
})

const check = (username: string) => user.checkPassWord({ username, password: 'secret1' })
const withKeys = async () =>
  (await fresh.query('select id from user where name_letters is not null and name_look is not null order by id')).map(
    ({ id }) => Number(id),
  )

test('the earliest of old look-alike accounts gets the keys, also if copies of the service start at once', async () => {
  await Promise.all([fillNameKeys(db), fillNameKeys(db), fillNameKeys(db)])
  expect(await withKeys()).toEqual([1, 7, 8, 9])
  await fillNameKeys(db)
  expect(await withKeys()).toEqual([1, 7, 8, 9])
})

test('every old account signs in by exactly its name', async () => {
  for (const [i, name] of oldNames.entries()) expect([name, (await check(name)).id]).toEqual([name, i + 1])
})

test('an old account signs in with blanks around its name and in another case, if no other has exactly that name', async () => {
  for (const name of ['ALICE', 'aLICE', ' Alice', 'ＡLICE']) expect([name, (await check(name)).id]).toEqual([name, 1])
  expect((await check(' alice ')).id).toBe(2)
  for (const name of ['Bob', 'bob', 'bob ']) expect([name, (await check(name)).id]).toEqual([name, 7])
})

test('an old account keeps its name when other fields change, and a new name must follow the new rules', async () => {
  const update = async (id: number, name: string) => {
    const [info] = (await user.batchGetUserDetail({ user_id: [id], profile_only: true })).userDetailInfoList
    return user.updateUserInfo({ ...info!, name, signature: `of ${name}` })
  }
  await update(5, 'ali\u200bce')
  for (const name of ['ali\u200bc', 'alicE']) expect(await outcome(update(5, name))).not.toBe('success')
  await update(5, 'Cleo')
  expect([(await check('cleo')).id, await outcome(user.createUser({ username: 'CLE0', password: 'secret1' }))]).toEqual(
    [5, status.ALREADY_EXISTS],
  )
})

test('a new account cannot take a look-alike of an old name', async () => {
  for (const username of ['ALICE', 'Аlice', 'AIice', 'bob', 'B0b']) {
    expect([username, await outcome(user.createUser({ username, password: 'secret1' }))]).toEqual([
      username,
      status.ALREADY_EXISTS,
    ])
  }
})

test('thousands of old accounts get keys', async () => {
  const rows = Array.from({ length: 2345 }, (_, i) => [`old ${i}`, 'no hash', 0])
  await fresh.query('insert into user (name, password_hash, create_time) values ?', [rows])
  await fillNameKeys(db)
  const [left] = await fresh.query("select count(*) as number from user where name like 'old %' and name_look is null")
  expect(left?.number).toBe(0)
})
