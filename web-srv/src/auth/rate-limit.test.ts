import { expect, test } from 'bun:test'
import { TooOften } from '../http/too-often.ts'
import { defaultRules, rateLimit } from './rate-limit.ts'

function watch(rules = defaultRules) {
  let now = 1e12
  const limit = rateLimit(true, { rules, now: () => now })
  /** Seconds to wait; 0 for one that passed. */
  const waitS = (rule: keyof typeof defaultRules, key: string) => {
    try {
      limit.count(rule, key)
      return 0
    } catch (error) {
      return error instanceof TooOften ? error.retryAfterS : Number.NaN
    }
  }
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { waitS, pass }
}

test('each rule lets exactly its points through at once, and then says when to come again', () => {
  for (const [rule, { points, seconds }] of Object.entries(defaultRules)) {
    const { waitS } = watch()
    const waits = Array.from({ length: points }, () => waitS(rule as keyof typeof defaultRules, 'a'))
    expect(waits.every((wait) => wait === 0)).toBe(true)
    expect(waitS(rule as keyof typeof defaultRules, 'a')).toBe(Math.ceil(seconds / points))
  }
})

test('one caller who used up a rule may still do other things, and others may go on', () => {
  const { waitS } = watch()
  for (let i = 0; i < 60; i++) waitS('comment', 'a')
  expect([waitS('comment', 'a'), waitS('comment', 'b'), waitS('favorite', 'a')]).toEqual([1, 0, 0])
})

test('points come back evenly: after the sixtieth registration the next one waits a quarter of a minute, not an hour', () => {
  const { waitS, pass } = watch()
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

test('a refused call uses up nothing', () => {
  const { waitS, pass } = watch({ ...defaultRules, message: { points: 1, seconds: 10 } })
  expect(waitS('message', 'a')).toBe(0)
  for (let i = 0; i < 100; i++) expect(waitS('message', 'a')).toBe(10)
  pass(10)
  expect(waitS('message', 'a')).toBe(0)
})

test('switched off, nobody is ever refused', async () => {
  const limit = rateLimit(false)
  for (let i = 0; i < 100; i++) limit.count('comment', 'a')
  for (let i = 0; i < 100; i++) await limit.throttleLogin('anna', 'home', async () => undefined)
})
