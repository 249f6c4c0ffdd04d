import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Api, type Person, password, startLimitMs, startTestApi } from '../http/client.ts'
import { production } from './production.ts'

let direct: Api
let behindProxy: Api
beforeAll(async () => {
  const env = { ...production.env, TRUSTED_PROXIES: '127.0.0.1, ::1' }
  ;[direct, behindProxy] = await Promise.all([startTestApi(production), startTestApi({ ...production, env })])
}, startLimitMs)
afterAll(async () => {
  await direct?.close()
  await behindProxy?.close()
})

const signIn = (api: Api, { name }: Pick<Person, 'name'>, word: string, forwarded?: string) =>
  api.post(
    '/user/login/',
    { username: name, password: word },
    { headers: forwarded ? { 'x-forwarded-for': forwarded } : {} },
  )

async function guess(api: Api, person: Pick<Person, 'name'>, times: number, address: (i: number) => string) {
  const codes: number[] = []
  for (let i = 0; i < times; i++) codes.push((await signIn(api, person, `guess ${i}`, address(i))).http)
  return codes
}

test('after ten guesses at one account further sign-ins get 429, whatever X-Forwarded-For says, also with the right password', async () => {
  const person = await direct.person()
  const codes = await guess(direct, person, 14, (i) => `203.0.113.${i}`)
  expect(codes).toEqual([...Array(10).fill(200), ...Array(4).fill(429)])
  const refused = await signIn(direct, person, password)
  expect([refused.http, Number(refused.headers.get('retry-after')) <= 15]).toEqual([429, true])
})

test('guesses at one account count together, whatever the case and spelling of its name', async () => {
  const { name } = await direct.person()
  const forms = [name, name.toUpperCase(), ` ${name} `, name.replace('u', 'ｕ'), `\t${name.toUpperCase()}`]
  const codes: number[] = []
  for (let i = 0; i < 12; i++) codes.push((await signIn(direct, { name: forms[i % forms.length]! }, `guess ${i}`)).http)
  expect(codes).toEqual([...Array(10).fill(200), 429, 429])
})

test('one address may not sign in more than about 60 times a minute, whatever X-Forwarded-For says', async () => {
  const codes = await guess(direct, await direct.person(), 70, (i) => `198.51.100.${i}`)
  expect(codes.filter((code) => code === 429).length).toBeGreaterThan(8)
})

test('behind a trusted proxy one guessing client does not lock out others', async () => {
  const people = await behindProxy.people(3)
  for (const person of people) await guess(behindProxy, person, 25, () => '203.0.113.66')
  expect((await signIn(behindProxy, people[0]!, password, '203.0.113.66')).http).toBe(429)
  const [other] = await behindProxy.people(1)
  expect((await signIn(behindProxy, other!, password, '198.51.100.7')).body.status_code).toBe(0)
})

test('guesses from other addresses do not lock out the owner at an address that signed in or registered before', async () => {
  const registered = { username: 'owner of a name', password }
  await behindProxy.post('/user/register/', registered, { headers: { 'x-forwarded-for': '203.0.113.31' } })
  const owner = { name: registered.username }
  expect((await signIn(behindProxy, owner, password, '203.0.113.33')).body.status_code).toBe(0)
  const codes = await guess(behindProxy, owner, 12, () => '203.0.113.32')
  expect(codes.slice(10)).toEqual([429, 429])
  for (const home of ['203.0.113.31', '203.0.113.33'])
    expect((await signIn(behindProxy, owner, password, home)).body.status_code).toBe(0)
  for (const stranger of ['203.0.113.32', '203.0.113.34'])
    expect((await signIn(behindProxy, owner, password, stranger)).http).toBe(429)
})

test('registering is limited per address', async () => {
  const codes: number[] = []
  for (let i = 0; i < 66; i++) {
    const account = { username: `many ${i}`, password: '12345' }
    codes.push((await direct.post('/user/register/', account)).http)
  }
  expect(codes.at(-1)).toBe(429)
  const refused = await direct.post('/user/register/', { username: 'one more', password: '12345' })
  expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 16)
})

test('production rejects the most common passwords, and accepts others', async () => {
  const api = behindProxy
  const register = (word: string) => api.post('/user/register/', { username: `of ${word}`, password: word })
  for (const common of ['123456', 'password', 'Qwerty123']) expect((await register(common)).body.status_code).toBe(4)
  expect((await register('a good long one')).body.status_code).toBe(0)
})

test('a password is stored as argon2id with at least the cost that OWASP recommends', async () => {
  const rows = await direct.stack.userDatabase.query('select password_hash from user')
  expect(rows.length).toBeGreaterThan(0)
  for (const { password_hash } of rows) {
    const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/.exec(String(password_hash)) ?? []
    expect([Number(memory) >= 19_456, Number(time) >= 2]).toEqual([true, true])
  }
})
