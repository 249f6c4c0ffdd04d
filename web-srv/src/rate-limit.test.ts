import { expect, test } from 'bun:test'
import { rateLimit } from './rate-limit.ts'
import { TooOften } from './too-often.ts'

test('beyond its rule one caller is told when to come again, and others go on', async () => {
  const limit = rateLimit(true)
  for (let i = 0; i < 60; i++) await limit.count('comment', 'a')
  const refused = await limit.count('comment', 'a').catch((error) => error)
  expect(refused).toBeInstanceOf(TooOften)
  expect(refused.retryAfterS).toBeWithin(1, 61)
  await limit.count('comment', 'b')
})

test('switched off, nobody is ever refused', async () => {
  const limit = rateLimit(false)
  for (let i = 0; i < 100; i++) await limit.count('comment', 'a')
  for (let i = 0; i < 100; i++) await limit.guess('anna', 'home', async () => undefined)
})
