import { expect, test } from 'bun:test'
import { makePage, type Page } from './page-bytes.ts'
import { pageCache } from './page-cache.ts'

const maxAgeMs = 1000

/** A cache at a clock of its own. `read` returns the number of the page, which counts the pages that were made. */
function testCache(ageMs = maxAgeMs) {
  const clock = { ms: 5000, now: () => clock.ms }
  const cache = pageCache(ageMs, clock)
  let count = 0
  const numbers = new Map<Page, number>()
  const make = async (text = '') => {
    const number = ++count
    const page = makePage({ text })
    numbers.set(page, number)
    return page
  }
  const read = async (key: string, ...subjects: Parameters<typeof cache.noteChange>) =>
    numbers.get(await cache.get(key, subjects, make))
  const numberOf = (page: Page | undefined) => page && numbers.get(page)
  return { cache, clock, make, read, numberOf }
}

test('a page is found by its key and by its URLs until the cache is cleared', async () => {
  const { cache, read, numberOf } = testCache()
  cache.setUrl('url', 'a', [])
  expect(cache.ofUrl('url')).toBeUndefined()
  expect([await read('a'), await read('b'), await read('a')]).toEqual([1, 2, 1])
  expect([numberOf(cache.ofUrl('url')), cache.ofUrl('other')]).toEqual([1, undefined])
  cache.clear()
  expect(cache.ofUrl('url')).toBeUndefined()
  expect(await read('a')).toBe(3)
})

test('concurrent requests for a key share one page, also the failure to make it, which is not cached', async () => {
  const { cache, read } = testCache()
  expect(await Promise.all([read('a'), read('a'), read('b')])).toEqual([1, 1, 2])
  const fail = () => Promise.reject(new Error('away'))
  const failures = await Promise.allSettled([cache.get('c', [], fail), cache.get('c', [], async () => makePage({}))])
  expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await read('c')).toBe(3)
})

test('after a change its subjects get no page that began to be made before it, and others keep theirs', async () => {
  const { cache, clock, read, numberOf } = testCache()
  cache.setUrl('url of the feed', 'feed', [])
  cache.setUrl('url of the comments', 'comments', ['video 3'])
  expect(await read('feed', 'user 1')).toBe(1)
  expect(await read('comments', 'video 3')).toBe(2)
  clock.ms += 1
  cache.noteChange('user 1', 'video 3')
  expect(await read('feed', 'user 2')).toBe(1)
  expect([numberOf(cache.ofUrl('url of the feed')), cache.ofUrl('url of the comments')]).toEqual([1, undefined])
  expect(await read('comments', 'video 3')).toBe(3)
  expect(await read('feed', 'user 1')).toBe(4)
  // The page that was made for user 1 is newer for everybody.
  expect([await read('feed', 'user 2'), await read('feed', 'user 1')]).toEqual([4, 4])
})

test.each(['noteChange', 'clear'] as const)(
  'a page that is being made at a change (%s) reaches those who wait for it, and is used for no later request',
  async (change) => {
    const { cache, clock, make, read, numberOf } = testCache()
    const slow = Promise.withResolvers<Page>()
    const before = cache.get('a', ['user 1'], () => slow.promise)
    clock.ms += 1
    cache[change]('user 1')
    expect(await read('a', 'user 1')).toBe(1)
    slow.resolve(await make())
    expect(numberOf(await before)).toBe(2)
    expect(await read('a', 'user 1')).toBe(1)
  },
)

test('the age of a page counts from the start of its making', async () => {
  const { cache, clock, make, read, numberOf } = testCache()
  const slow = Promise.withResolvers<Page>()
  const waiting = cache.get('a', [], () => slow.promise)
  cache.setUrl('url', 'a', [])
  clock.ms += 600
  slow.resolve(await make())
  await waiting
  clock.ms += 400
  expect([await read('a'), numberOf(cache.ofUrl('url'))]).toEqual([1, 1])
  clock.ms += 1
  expect([cache.ofUrl('url'), await read('a')]).toEqual([undefined, 2])
})

test('a request does not wait for a page whose making started longer ago than the maximum age', async () => {
  const { cache, clock, make, read, numberOf } = testCache()
  const slow = Promise.withResolvers<Page>()
  const first = cache.get('a', [], () => slow.promise)
  clock.ms += maxAgeMs + 1
  expect(await read('a')).toBe(1)
  slow.resolve(await make())
  expect(numberOf(await first)).toBe(2)
  // The first one came last, and is older.
  expect(await read('a')).toBe(1)
})

test('an incomplete page is not cached', async () => {
  const { cache, read } = testCache()
  await cache.get('a', [], async () => makePage({}, new Error('away')))
  expect(await read('a')).toBe(1)
})

test('with a maximum age of 0 nothing is cached', async () => {
  const { cache, read } = testCache(0)
  cache.setUrl('url', 'a', [])
  expect([await read('a'), await read('a'), cache.ofUrl('url')]).toEqual([1, 2, undefined])
})

test('it holds no more than its maximum of bytes', async () => {
  const { cache, make } = testCache()
  const text = 'x'.repeat(6 << 20)
  for (const key of ['a', 'b', 'c']) {
    await cache.get(key, [], () => make(text))
    cache.setUrl(key, key, [])
  }
  expect(['a', 'b', 'c'].map((url) => cache.ofUrl(url) !== undefined)).toEqual([false, true, true])
})
