import { LRUCache } from 'lru-cache'

const maxKept = 10_000
const keptMs = 60 * 60 * 1000

/**
 * Does work once for a key, in this process: whoever asks again within the hour gets the result of the first, or waits
 * for it. What failed may be tried again.
 */
export function once<Result>(): (key: string, work: () => Promise<Result>) => Promise<Result> {
  const known = new LRUCache<string, Promise<Result>>({ max: maxKept, ttl: keptMs })
  return (key, work) => {
    const before = known.get(key)
    if (before) return before
    const result = work()
    known.set(key, result)
    result.catch(() => known.get(key) === result && known.delete(key))
    return result
  }
}
