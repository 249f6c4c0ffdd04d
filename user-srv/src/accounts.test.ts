import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Failure, status } from '@douyin/proto'
import { commonPasswords } from './common-passwords.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'
import { passwords } from './passwords.ts'

let fixture: Fixture
let user: Fixture['user']
let register: Fixture['register']
let profile: Fixture['profile']
let check: Fixture['check']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ user, register, profile, check } = fixture)
})
afterAll(() => fixture.close())

test('a new account can sign in, and only with its password', async () => {
  const id = await register('小明 🎵')
  expect(await check('小明 🎵', 'secret1')).toEqual({ id, success: true, token_epoch: 0 })
  expect(await check('小明 🎵', 'secret2')).toEqual({ id: 0, success: false, token_epoch: 0 })
  expect(await check('nobody', 'secret1')).toEqual({ id: 0, success: false, token_epoch: 0 })
})

test('if several accounts register one name at once, one gets it', async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => outcome(register('Same'))))
  expect(results.filter((result) => result === 'success')).toHaveLength(1)
  expect(results.filter((result) => result === status.ALREADY_EXISTS)).toHaveLength(7)
  expect(await outcome(register('Sàme'))).toBe('success')
})

test('the limits contain the minimum length of a password', async () => {
  expect(await user.getLimits({})).toEqual({ password_characters_min: 6 })
})

test('if common passwords are denied, they are rejected in lower and upper case, and others are accepted', async () => {
  const denied = passwords(6, await commonPasswords(6))
  for (const common of ['123456', 'password', 'QWERTY', 'iloveyou', 'dragon1']) {
    expect(() => denied.check(common)).toThrow(new Failure('COMMON_PASSWORD'))
  }
  for (const other of ['correct horse', '小明的长密码', 'k8Jq-2mZ']) denied.check(other)
})

test('names and passwords outside the limits are rejected', async () => {
  for (const name of ['', '  ', '字'.repeat(33), 'a\nb', 'a\0b']) {
    expect(await outcome(register(name))).toBe(status.INVALID_ARGUMENT)
  }
  for (const password of ['12345', '🔑'.repeat(33)]) {
    expect(await outcome(register('limits', password))).toBe(status.INVALID_ARGUMENT)
  }
  await register('🎬'.repeat(32), '🔑'.repeat(32))
  expect((await check('🎬'.repeat(32), '🔑'.repeat(32))).success).toBe(true)
})

test('the stored password is an argon2id hash with the intended cost', async () => {
  await register('hashed')
  const [row] = await fixture.fresh.query('select password_hash from user where name = ?', ['hashed'])
  expect(row?.password_hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
})

test('an update changes only the given fields, and a password is hashed once', async () => {
  const id = await register('update')
  const before = await profile(id)
  expect(before.passward).toBe('')
  await user.updateUserInfo({ ...before, name: '', signature: '你好' })
  expect(await profile(id)).toEqual({ ...before, signature: '你好' })
  expect((await check('update', 'secret1')).success).toBe(true)
  await user.updateUserInfo({ ...before, passward: 'another' })
  expect((await check('update', 'another')).success).toBe(true)
  expect(await outcome(user.updateUserInfo({ ...before, name: '小明 🎵' }))).toBe(status.ALREADY_EXISTS)
  expect(await outcome(user.updateUserInfo({ ...before, id: 99_999 }))).toBe(status.NOT_FOUND)
})

test('users are returned in the requested order, without unknown ids', async () => {
  const [a, b] = [await register('order a'), await register('order b')]
  const { userDetailInfoList } = await user.batchGetUserDetail({ user_id: [b, 99_999, a], profile_only: true })
  expect(userDetailInfoList.map((info) => info.id)).toEqual([b, a])
})
