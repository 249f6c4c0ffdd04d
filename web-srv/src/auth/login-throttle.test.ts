import { expect, test } from 'bun:test'
import { Failure } from '@douyin/proto'
import { loginThrottle } from './login-throttle.ts'

const wrong = async () => undefined
const right = async () => 'right'
const second = 1000

function throttle() {
  let now = 0
  const { throttleLogin, trustAddress } = loginThrottle(() => now)
  const pass = (ms: number) => {
    now += ms
  }
  return { throttleLogin, trustAddress, pass }
}

async function waitS(attempt: Promise<unknown>): Promise<number> {
  const error = await attempt.then(
    () => undefined,
    (reason) => reason,
  )
  return error instanceof Failure && error.reason === 'TOO_OFTEN' ? error.values.retryAfterS : 0
}

test('after ten wrong passwords for one account each further one doubles the wait, up to 15 minutes', async () => {
  const { throttleLogin, pass } = throttle()
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
  const { throttleLogin, pass } = throttle()
  let tried = 0
  for (let ms = 0; ms < 24 * 3600 * second; ms += second) {
    await throttleLogin('anna', 'bot', async () => void tried++).catch(() => {})
    pass(second)
  }
  expect(tried).toBeWithin(50, 130)
})

test('of a thousand concurrent guesses twenty are tried', async () => {
  const { throttleLogin } = throttle()
  let tried = 0
  const attempt = async () => {
    await Promise.resolve()
    tried++
    return undefined
  }
  await Promise.allSettled(Array.from({ length: 1000 }, () => throttleLogin('anna', 'bot', attempt)))
  expect(tried).toBe(20)
})

test('one password tried on many accounts is throttled too: the address waits, and other addresses do not', async () => {
  const { throttleLogin } = throttle()
  for (let i = 0; i < 60; i++) await throttleLogin(`person ${i}`, 'bot', wrong)
  expect(await waitS(throttleLogin('another person', 'bot', right))).toBe(15)
  expect(await throttleLogin('another person', 'home', right)).toBe('right')
})

test('a correct password clears the failures of the account but not of the address', async () => {
  const { throttleLogin } = throttle()
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 9; i++) await throttleLogin('anna', 'bot', wrong)
    expect(await throttleLogin('anna', 'bot', right)).toBe('right')
  }
  for (let i = 0; i < 6; i++) await throttleLogin(`person ${i}`, 'bot', wrong)
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
})

test('an attempt that fails with a server error does not count', async () => {
  const { throttleLogin } = throttle()
  const broken = async () => {
    throw new Error('away')
  }
  for (let i = 0; i < 50; i++) await throttleLogin('anna', 'home', broken).catch(() => {})
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
})

test('guesses from other addresses do not make a device wait at an address where the account signed in before', async () => {
  const { throttleLogin, trustAddress, pass } = throttle()
  trustAddress('anna', 'school')
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
  for (let i = 0; i < 10; i++) await throttleLogin('anna', `bot ${i}`, wrong)
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
  expect(await throttleLogin('anna', 'home', right)).toBe('right')
  expect(await throttleLogin('anna', 'school', right)).toBe('right')
  // A guesser elsewhere still waits: the owner's sign-in did not clear the account there.
  expect(await waitS(throttleLogin('anna', 'bot', right))).toBe(15)
  pass(30 * second)
  expect(await throttleLogin('anna', 'bot', right)).toBe('right')
})

test('guesses from a trusted address are throttled too, and it is trusted for one account only', async () => {
  const { throttleLogin, trustAddress } = throttle()
  trustAddress('anna', 'home')
  for (let i = 0; i < 10; i++) await throttleLogin('anna', 'home', wrong)
  expect(await waitS(throttleLogin('anna', 'home', right))).toBe(15)
  for (let i = 0; i < 10; i++) await throttleLogin('bob', `bot ${i}`, wrong)
  expect(await waitS(throttleLogin('bob', 'home', right))).toBe(15)
})
