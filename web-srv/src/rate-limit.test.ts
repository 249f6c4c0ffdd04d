import { expect, test } from 'bun:test'
import { rateLimit, TooOften } from './rate-limit.ts'

test('beyond its rule one caller is told when to come again, and others go on', async () => {
  const limit = rateLimit(true)
  for (let i = 0; i < 10; i++) await limit.count('wrongPassword', 'a')
  const refused = await limit.count('wrongPassword', 'a').catch((error) => error)
  expect(refused).toBeInstanceOf(TooOften)
  expect(refused.retryAfterS).toBeWithin(1, 901)
  await limit.count('wrongPassword', 'b')
})

test('a check does not count, and refuses what is used up', async () => {
  const limit = rateLimit(true)
  for (let i = 0; i < 50; i++) await limit.check('wrongPassword', 'a')
  for (let i = 0; i < 10; i++) await limit.count('wrongPassword', 'a')
  await expect(limit.check('wrongPassword', 'a')).rejects.toBeInstanceOf(TooOften)
})

test('switched off, nobody is ever refused', async () => {
  const limit = rateLimit(false)
  for (let i = 0; i < 100; i++) await limit.count('wrongPassword', 'a')
  await limit.check('wrongPassword', 'a')
})
