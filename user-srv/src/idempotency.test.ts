import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import { status, type User } from '@douyin/proto'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'
import { userService } from './service.ts'

let fixture: Fixture
let user: User
/** Another process over the same tables. */
let otherDatabase: Database
let other: User
let anna: number
let bob: number
beforeAll(async () => {
  fixture = await openFixture()
  ;({ user } = fixture)
  otherDatabase = await openDatabase({ url: fixture.fresh.url, migrations, service: 'user' })
  const { deleted, feed } = fixture
  other = userService({ db: otherDatabase, feed: feed.service, deleted, passwordMin: 6 })
  ;[anna, bob] = [await fixture.register('anna'), await fixture.register('bob')]
})
afterAll(async () => {
  await closeDatabase(otherDatabase)
  await fixture.close()
})

const draft = (content: string, send_id?: string) => ({ from_user_id: anna, to_user_id: bob, content, send_id })
const rows = async (table: string) => Number((await fixture.fresh.query('select count(*) as n from ??', [table]))[0]?.n)
const unread = async () => (await user.listConversations({ user_id: bob, limit: 0 })).conversations[0]?.unread_count

test('a message that is sent again under its send_id is one message, unread once, and each answer is the first', async () => {
  const first = await user.sendMessage(draft('hello', 'again'))
  const before = await unread()
  const later = [await user.sendMessage(draft('hello', 'again')), await other.sendMessage(draft('hello', 'again'))]
  expect(later).toEqual([first, first])
  expect(await unread()).toBe(before!)
  const request = { viewer_id: anna, other_id: bob, after_time: 0, before_time: 0, limit: 0, to_viewer_only: false }
  expect((await user.listMessages(request)).messages).toEqual([first])
})

test('a message that comes many times at once through two processes is one message', async () => {
  const before = await rows('message')
  for (let round = 0; round < 10; round++) {
    const tries = Array.from({ length: 8 }, (_, i) => (i % 2 ? user : other))
    const sent = await Promise.all(tries.map((one) => one.sendMessage(draft('once', `race-${round}`))))
    expect(new Set(sent.map(({ id, create_time }) => `${id} ${create_time}`)).size).toBe(1)
  }
  expect(await rows('message')).toBe(before + 10)
})

test('one send_id to many people at once through two processes is one message, and the others are refused', async () => {
  const people = await Promise.all(['c', 'd', 'e', 'f'].map((name) => fixture.register(`many ${name}`)))
  const before = await rows('message')
  const outcomes = await Promise.all(
    people.map((to_user_id, i) => outcome((i % 2 ? user : other).sendMessage({ ...draft('hi', 'many'), to_user_id }))),
  )
  expect(outcomes.filter((one) => one === 'success')).toHaveLength(1)
  expect(outcomes.filter((one) => one === status.INVALID_ARGUMENT)).toHaveLength(3)
  expect(await rows('message')).toBe(before + 1)
})

test('a send_id that was used for another text or another person is refused; another sender may use it', async () => {
  const third = await fixture.register('third')
  await user.sendMessage(draft('first', 'taken'))
  for (const wrong of [draft('second', 'taken'), { ...draft('first', 'taken'), to_user_id: third }]) {
    const failure = await user.sendMessage(wrong).catch((error) => error)
    expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(failure).toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED', values: { field: 'send_id' } })
  }
  for (const send_id of ['a b', '号', 'x'.repeat(65)])
    expect(await outcome(user.sendMessage(draft('no', send_id)))).toBe(status.INVALID_ARGUMENT)
  await user.sendMessage({ ...draft('second', 'taken'), from_user_id: bob, to_user_id: anna })
  await user.sendMessage(draft('second', 'Taken'))
})

test('what was refused has not used its send_id, and what bears none leaves no key', async () => {
  const before = await rows('user_idempotency_key')
  const nobody = { ...draft('early', 'early'), to_user_id: 999_999 }
  expect(await outcome(user.sendMessage(nobody))).toBe(status.NOT_FOUND)
  expect(await outcome(user.sendMessage(draft(' ', 'early')))).toBe(status.INVALID_ARGUMENT)
  await user.sendMessage(draft('early'))
  expect(await rows('user_idempotency_key')).toBe(before)
  await user.sendMessage(draft('early', 'early'))
  expect(await rows('user_idempotency_key')).toBe(before + 1)
})
