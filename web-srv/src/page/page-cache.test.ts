import { expect, test } from 'bun:test'
import { pageCache } from './page-cache.ts'

const hour = 3_600_000
const one = { n: 1 }
const sized = () => 1

test('a cached value is found by its key and by an alias, until the cache is cleared', async () => {
  const kept = pageCache<{ n: number }>('test', hour, sized)
  expect(await kept.get('a', async () => one)).toBe(one)
  expect(await kept.get('a', async () => ({ n: 2 }))).toBe(one)
  kept.setAlias('a', one, 'b')
  expect(kept.peek('b')).toBe(one)
  kept.clear()
  expect([kept.peek('a'), kept.peek('b')]).toEqual([undefined, undefined])
  // A value that is no longer kept of its key is not kept of another either.
  kept.setAlias('a', one, 'b')
  await kept.get('a', async () => ({ n: 4 }))
  kept.setAlias('a', one, 'b')
  expect(kept.peek('b')).toBeUndefined()
})

test('an alias takes only the bytes of its key: a page may have a thousand URLs', async () => {
  const kept = pageCache<{ n: number }>('test', hour, () => 40_000)
  await kept.get('page', async () => one)
  const urls = Array.from({ length: 1000 }, (_, i) => `url ${i}`)
  for (const url of urls) kept.setAlias('page', one, url)
  expect(urls.filter((url) => !kept.peek(url))).toEqual([])
})

test('a value that is being made when the cache is cleared is not cached, and later requests do not get it', async () => {
  const kept = pageCache<{ n: number }>('test', hour, sized)
  const slow = Promise.withResolvers<{ n: number }>()
  const before = kept.get('a', () => slow.promise)
  kept.clear()
  const after = kept.get('a', async () => ({ n: 2 }))
  slow.resolve(one)
  expect([await before, await after]).toEqual([one, { n: 2 }])
  expect(kept.peek('a')).toEqual({ n: 2 })
})

test('a value of size 0 is not cached, and neither is a failure', async () => {
  const kept = pageCache<{ n: number }>('test', hour, () => 0)
  await kept.get('a', async () => one)
  expect(kept.peek('a')).toBeUndefined()
  await expect(kept.get('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await kept.get('b', async () => one)).toBe(one)
})

test('an alias lives as long as its value, also if that expires at this very moment', async () => {
  const clock = { ms: 1000, now: () => clock.ms }
  const kept = pageCache<{ n: number }>('test', 1000, sized, clock)
  await kept.get('a', async () => one)
  clock.ms = 2000
  kept.setAlias('a', one, 'b')
  expect(kept.peek('b')).toEqual(one)
  clock.ms = 2001
  expect([kept.peek('a'), kept.peek('b')]).toEqual([undefined, undefined])
})

test('a request does not wait for a value whose making started longer ago than the maximum age', async () => {
  const clock = { ms: 1000, now: () => clock.ms }
  const kept = pageCache<{ n: number }>('test', 1000, sized, clock)
  const slow = Promise.withResolvers<{ n: number }>()
  const first = kept.get('a', () => slow.promise)
  clock.ms = 2000
  const joined = kept.get('a', async () => ({ n: 2 }))
  clock.ms = 2001
  expect(await kept.get('a', async () => ({ n: 3 }))).toEqual({ n: 3 })
  slow.resolve(one)
  expect([await first, await joined]).toEqual([one, one])
  // The first one came last, and is older.
  expect(kept.peek('a')).toEqual({ n: 3 })
})

test('it holds no more than its maximum of bytes', async () => {
  const kept = pageCache<{ n: number }>('test', hour, () => 12 << 20)
  for (const key of ['a', 'b', 'c']) await kept.get(key, async () => one)
  expect(['a', 'b', 'c'].map((key) => kept.peek(key) !== undefined)).toEqual([false, true, true])
})

test('with the cache off a request waits only briefly for a stuck value, also if a nested value is stuck', async () => {
  const [pages, lists] = [pageCache<{ n: number }>('test', 0, sized), pageCache<{ n: number }>('test', 0, sized)]
  const ask = (make: () => Promise<{ n: number }>) => pages.get('page', () => lists.get('list', make))
  const stuck = ask(() => new Promise<never>(() => {}))
  const asked = performance.now()
  expect(await Promise.race([stuck, ask(async () => ({ n: 2 }))])).toEqual({ n: 2 })
  // A response may take 200 ms beyond the time limit of a call.
  expect(performance.now() - asked).toBeLessThan(150)
})

test('with the cache off a request behind a value that has been stuck for long is served at once, without a warning', async () => {
  const kept = pageCache<{ n: number }>('test', 0, sized)
  const warned: string[] = []
  const warn = (warning: Error) => void warned.push(warning.name)
  process.on('warning', warn)
  const stuck = kept.get('a', () => new Promise<never>(() => {}))
  await Bun.sleep(100)
  expect(await Promise.race([stuck, kept.get('a', async () => ({ n: 2 }))])).toEqual({ n: 2 })
  await Bun.sleep(10)
  process.off('warning', warn)
  // A timer with a time in the past would write a warning.
  expect(warned).toEqual([])
})
