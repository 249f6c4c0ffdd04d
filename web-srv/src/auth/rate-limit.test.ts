import { expect, test } from 'bun:test'
import { Failure } from '@douyin/proto'
import { defaultRules, rateLimit } from './rate-limit.ts'

function limiter(rules = defaultRules) {
  let now = 1e12
  const limit = rateLimit(true, { rules, now: () => now })
  /** Seconds to wait; 0 if the call passed. */
  const waitS = (rule: keyof typeof defaultRules, key: string) => {
    try {
      limit.count(rule, key)
      return 0
    } catch (error) {
      return error instanceof Failure && error.reason === 'TOO_OFTEN' ? error.values.retryAfterS : Number.NaN
    }
  }
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { waitS, pass }
}

test('each rule allows a burst of exactly its points, and then says when to retry', () => {
  for (const [rule, { points, seconds }] of Object.entries(defaultRules)) {
    const { waitS } = limiter()
    const waits = Array.from({ length: points }, () => waitS(rule as keyof typeof defaultRules, 'a'))
    expect(waits.every((wait) => wait === 0)).toBe(true)
    expect(waitS(rule as keyof typeof defaultRules, 'a')).toBe(Math.ceil(seconds / points))
  }
})

test('a caller who used up one rule may still use other rules, and other callers are not affected', () => {
  const { waitS } = limiter()
  for (let i = 0; i < 60; i++) waitS('comment', 'a')
  expect([waitS('comment', 'a'), waitS('comment', 'b'), waitS('favorite', 'a')]).toEqual([1, 0, 0])
})

test('points come back evenly: after the sixtieth registration the next one waits a quarter of a minute', () => {
  const { waitS, pass } = limiter()
  for (let i = 0; i < 60; i++) expect(waitS('register', 'school')).toBe(0)
  for (let i = 0; i < 20; i++) {
    expect(waitS('register', 'school')).toBe(15)
    pass(15)
    expect(waitS('register', 'school')).toBe(0)
  }
  pass(900)
  for (let i = 0; i < 60; i++) expect(waitS('register', 'school')).toBe(0)
  expect(waitS('register', 'school')).toBe(15)
})

test('a rejected call uses no points', () => {
  const { waitS, pass } = limiter({ ...defaultRules, message: { points: 1, seconds: 10 } })
  expect(waitS('message', 'a')).toBe(0)
  for (let i = 0; i < 100; i++) expect(waitS('message', 'a')).toBe(10)
  pass(10)
  expect(waitS('message', 'a')).toBe(0)
})

test('a disabled rate limit never rejects', async () => {
  const limit = rateLimit(false)
  for (let i = 0; i < 100; i++) limit.count('comment', 'a')
  for (let i = 0; i < 100; i++) await limit.throttleLogin('anna', 'home', async () => undefined)
})
