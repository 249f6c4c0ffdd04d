import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, openDatabase } from '@douyin/database'
import { status } from '@douyin/proto'
import { until } from '../../test/stack.ts'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'
import { noteRestore } from './restore-time.ts'

let fixture: Fixture
let user: Fixture['user']
let register: Fixture['register']
let check: Fixture['check']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ user, register, check } = fixture)
})
afterAll(() => fixture.close())

test('a password change needs the old password and starts a new token epoch', async () => {
  const user_id = await register('anna')
  const change = { user_id, password: 'secret1', new_password: 'another secret' }
  expect(await user.changePassword({ ...change, password: 'secret2' })).toEqual({ success: false, token_epoch: 0 })
  expect(await check('anna', 'secret1')).toEqual({ id: user_id, success: true, token_epoch: 0 })
  expect(await user.changePassword(change)).toEqual({ success: true, token_epoch: 1 })
  expect(await check('anna', 'secret1')).toMatchObject({ success: false })
  expect(await check('anna', 'another secret')).toEqual({ id: user_id, success: true, token_epoch: 1 })
})

test('if two changes run at once, one succeeds', async () => {
  const user_id = await register('two')
  const change = (new_password: string) => user.changePassword({ user_id, password: 'secret1', new_password })
  const changed = await Promise.all([change('first secret'), change('second secret')])
  expect(changed.filter(({ success }) => success)).toHaveLength(1)
})

test('a password outside the limits and an unknown user are rejected', async () => {
  const user_id = await register('limits')
  const change = { user_id, password: 'secret1', new_password: '12345' }
  expect(await outcome(user.changePassword(change))).toBe(status.INVALID_ARGUMENT)
  const nobody = { ...change, user_id: 999_999, new_password: 'long enough' }
  expect(await outcome(user.changePassword(nobody))).toBe(status.NOT_FOUND)
  expect(await outcome(user.revokeTokens({ user_id: 999_999 }))).toBe(status.NOT_FOUND)
})

test('an UpdateUserInfo with a password revokes the tokens too, and one without does not', async () => {
  const id = await register('seed')
  const [info] = (await user.batchGetUserDetail({ user_id: [id], profile_only: true })).userDetailInfoList
  await user.updateUserInfo({ ...info!, name: 'seed 2' })
  expect(await check('seed 2', 'secret1')).toMatchObject({ token_epoch: 0 })
  await user.updateUserInfo({ ...info!, passward: 'new secret' })
  expect(await check('seed', 'new secret')).toMatchObject({ success: true, token_epoch: 1 })
})

test('changes are listed by time, each once also if several have the same ms, and unchanged users are not listed', async () => {
  const registered = await Promise.all(Array.from({ length: 5 }, (_, i) => register(`lister ${i}`)))
  const ids = registered.toSorted((a, b) => a - b)
  const start = Date.now()
  await Promise.all(ids.slice(1).map((user_id) => user.revokeTokens({ user_id })))
  await fixture.fresh.query('update user set token_epoch_time = ? where id in (?)', [start, ids.slice(1, 4)])
  const { epochs } = await user.listTokenEpochs({ from_time: start, after_id: 0 })
  expect(epochs.map(({ user_id }) => user_id)).toEqual(ids.slice(1))
  const rest = await user.listTokenEpochs({ from_time: start, after_id: ids[2]! })
  expect(rest.epochs.map(({ user_id }) => user_id)).toEqual(ids.slice(3))
  expect(
    (await user.listTokenEpochs({ from_time: 0, after_id: 0 })).epochs.every(({ token_epoch }) => token_epoch > 0),
  ).toBe(true)
})

test('a change is listed in time, also if the clock of the user-srv that made it is an hour slow', async () => {
  const [first, second] = [await register('clock 1'), await register('clock 2')]
  await user.revokeTokens({ user_id: first })
  const { epochs } = await user.listTokenEpochs({ from_time: Date.now() - 60_000, after_id: 0 })
  const from_time = epochs.find(({ user_id }) => user_id === first)!.change_time
  const now = Date.now
  Date.now = () => now() - 3_600_000
  await user.revokeTokens({ user_id: second }).finally(() => {
    Date.now = now
  })
  const later = await user.listTokenEpochs({ from_time, after_id: 0 })
  expect(later.epochs.map(({ user_id }) => user_id)).toContain(second)
})

test('every response contains the time of the latest restore', async () => {
  const restoreTime = async () => (await user.listTokenEpochs({ from_time: Date.now(), after_id: 0 })).restore_time
  expect(await restoreTime()).toBe(0)
  const db = await openDatabase({ url: fixture.fresh.url, migrations, service: 'user' })
  const start = Date.now()
  await noteRestore(db)
  const first = await restoreTime()
  expect(first).toBeGreaterThanOrEqual(start)
  await until(async () => Date.now() > first)
  await noteRestore(db)
  expect(await restoreTime()).toBeGreaterThan(first)
  await closeDatabase(db)
})
