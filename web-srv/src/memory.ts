import { atMost } from '@douyin/process'
import { questionMeter } from '@douyin/telemetry'
import { LRUCache } from 'lru-cache'

const maxEntries = 5000
const maxBytes = 32 << 20
/**
 * An answer that takes longer may be stuck, and who waits behind it takes so much longer than a call may. Then hers is
 * made too: of one question a new one begins so often at most.
 */
const stuckMs = 50
/** Longer than a URL with a token. */
const maxKeyLength = 1000

export type Memory<Value extends object> = ReturnType<typeof memory<Value>>

/**
 * What was made for one and may serve others: for `maxAgeMs` at most, and not past `clear`, not even what is being made at
 * that moment. With 0 nothing is kept. But also then those who ask for the same at once share one answer, which begins
 * to be made after the last of them has asked. `name` is for the counts.
 */
export function memory<Value extends object>(name: string, maxAgeMs: number, sizeOf: (value: Value) => number) {
  const kept = new LRUCache<string, Value>({ max: maxEntries, maxSize: maxBytes, ttl: Math.max(1, maxAgeMs) })
  const countQuestion = questionMeter(name)
  let underWay = new Map<string, Making<Value>>()

  function make(key: string, work: () => Promise<Value>): Promise<Value> {
    const mine = underWay
    const making: Making<Value> = { value: work(), began: performance.now() }
    mine.set(key, making)
    const end = () => mine.get(key) === making && mine.delete(key)
    making.value.then((value) => {
      end()
      const size = sizeOf(value)
      if (maxAgeMs > 0 && mine === underWay && size > 0) kept.set(key, value, { size: size + key.length })
    }, end)
    return making.value
  }

  return {
    /** What is kept of this key; else what `work` makes, which is not kept if its size is 0. */
    async get(key: string, work: () => Promise<Value>): Promise<Value> {
      const known = kept.get(key)
      countQuestion(known !== undefined)
      if (known) return known
      const making = underWay.get(key)
      if (!making) return make(key, work)
      if (maxAgeMs > 0) return making.value
      const again = () => make(key, work)
      const leftMs = Math.max(0, making.began + stuckMs - performance.now())
      making.next ??= atMost(making.value, leftMs).then(again)
      return making.next
    },

    known(key: string): Value | undefined {
      const known = kept.get(key)
      if (known) countQuestion(true)
      return known
    },

    /** Keeps what follows from `value` for as long as that is still kept of `key`; `size` bytes of it are its own. */
    keepWith(key: string, value: Value, other: string, following: Value, size: number): void {
      if (kept.get(key) !== value || other.length > maxKeyLength) return
      kept.set(other, following, { size: size + other.length, ttl: kept.getRemainingTTL(key) })
    },

    clear(): void {
      // It goes over all of its places, also where none is taken.
      if (kept.size > 0) kept.clear()
      if (underWay.size > 0) underWay = new Map()
    },
  }
}

interface Making<Value> {
  value: Promise<Value>
  began: number
  /** For those who asked after it had begun, and want nothing older than their question. */
  next?: Promise<Value>
}
