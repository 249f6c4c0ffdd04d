import { expect, test } from 'bun:test'
import { TooOften } from '../http/too-often.ts'
import { loginThrottle } from './login-throttle.ts'

const wrong = async () => undefined
const right = async () => 'right'
const second = 1000

function watch() {
  let now = 0
  const { throttleLogin, trustAddress } = loginThrottle(() => now)
  const pass = (ms: number) => {
    now += ms
  }
  return { throttleLogin, trustAddress, pass }
}

async function waitS(asked: Promise<unknown>): Promise<number> {
  const refused = await asked.then(
    () => undefined,
    (error) => error,
  )
  return refused instanceof TooOften ? refused.retryAfterS : 0
}

test('after ten wrong passwords for one account one waits, twice as long after each further one, 15 minutes at most', async () => {
  const { throttleLogin, pass } = watch()
  for (let i = 0; i < 10; i++) await throttleLogin('anna', `address ${i}`, wrong)
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    const wait = await waitS(throttleLogin('anna', `address ${i}`, right))
    waits.push(wait)
    pass(wait * second)
    await throttleLogin('anna', `address ${i}`, wrong)
  }
  expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900])
})

test('a whole day of guessing at one account tries about a hundred passwords', async () => {
  const { throttleLogin, pass } = watch()
  let tried = 0
  for (let ms = 0; ms < 24 * 3600 * second; ms += second) {
    await throttleLogin('anna', 'bot', async () => void tried++).catch(() => {})
    pass(second)
  }
  expect(tried).toBeWithin(50, 130)
})

test('a thousand guesses at once are twenty', async () => {
  const { throttleLogin } = watch()
  let tried = 0
  const attempt = async () => {
    await Promise.resolve()
    tried++
    return undefined
  }
  await Promise.allSettled(Array.from({ length: 1000 }, () => throttleLogin('anna', 'bot', attempt)))
  expect(tried).toBe(20)
})

test('one password tried on many accounts ends too: the address waits, and others go on', async () => {
  const { throttleLogin } = watch()
  for (let i = 0; i < 60; i++) await throttleLogin(`person ${i}`, 'bot', wrong)
  expect(await waitS(throttleLogin('another person', 'bot', right))).toBe(15)
  expect(await throttleLogin('another person', 'home', right)).toBe('right')
})

test('the right password clears the account, and what is wrong with the address stays', async () => {
  const { throttleLogin } = watch()
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 9; i++) await throttleLogin('anna', 'bot', wrong)
    expect(await throttleLogin('anna', 'bot', right)).toBe('right')
  }
  for (let i = 0; i < 6; i++) await throttleLogin(`person ${i}`, 'bot', wrong)
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
})

test('a try that failed by our fault counts as none', async () => {
  const { throttleLogin } = watch()
  const broken = async () => {
    throw new Error('away')
  }
  for (let i = 0; i < 50; i++) await throttleLogin('anna', 'home', broken).catch(() => {})
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
})

test('guesses from elsewhere do not make a device wait at whose address the account signed in before', async () => {
  const { throttleLogin, trustAddress, pass } = watch()
  trustAddress('anna', 'school')
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
  for (let i = 0; i < 10; i++) await throttleLogin('anna', `bot ${i}`, wrong)
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
  expect(await throttleLogin('anna', 'school', right)).toBe('right')
  // A stranger still waits: the account was not cleared by its owner.
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
  pass(30 * second)
  expect(await throttleLogin('anna', 'bot', right)).toBe('right')
})

test('at a trusted address guesses end too, and one address is not trusted for another account', async () => {
  const { throttleLogin, trustAddress } = watch()
  trustAddress('anna', 'home')
  for (let i = 0; i < 10; i++) await throttleLogin('anna', 'home', wrong)
  expect(await waitS(throttleLogin('anna', 'home', right))).toBe(15)
  for (let i = 0; i < 10; i++) await throttleLogin('bob', `bot ${i}`, wrong)
  expect(await waitS(throttleLogin('bob', 'home', right))).toBe(15)
})
