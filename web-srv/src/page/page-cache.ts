import { AsyncLocalStorage } from 'node:async_hooks'
import { waitAtMost } from '@douyin/process'
import { cacheMeter } from '@douyin/telemetry'
import { LRUCache } from 'lru-cache'

const maxEntries = 5000
const maxBytes = 32 << 20
/**
 * An answer that takes longer may be stuck, and who waits behind it takes so much longer than a call may. Then hers is
 * made too: of one question a new one begins so often at most.
 */
const stuckMs = 50
/** Of another key, which is a URL. */
const maxKeyLength = 1000

export type Clock = Pick<Performance, 'now'>

export type PageCache<Value extends object> = ReturnType<typeof pageCache<Value>>

/**
 * What was made for one and may serve others: for `maxAgeMs` at most, and not past `clear`, not even what is being made at
 * that moment. The age counts from the moment when it began to be made, or when the oldest value of another memory that
 * it was made of did. With 0 nothing is kept. But also then those who ask for the same at once share one answer, which
 * begins to be made after the last of them has asked. `name` is for the counts.
 */
export function pageCache<Value extends object>(
  name: string,
  maxAgeMs: number,
  sizeOf: (value: Value) => number,
  clock: Clock = performance,
) {
  const entries = new LRUCache<string, CacheEntry<Value>>({
    max: maxEntries,
    maxSize: maxBytes,
    ttl: Math.max(1, maxAgeMs),
    ttlResolution: 0,
    perf: clock,
  })
  const countQuestion = cacheMeter(name)
  let pending = new Map<string, PendingEntry<Value>>()

  function make(key: string, work: () => Promise<Value>): Promise<Value> {
    const mine = pending
    const age: Age = { beganMs: clock.now() }
    const making: PendingEntry<Value> = { value: currentAge.run(age, work), age }
    mine.set(key, making)
    const end = () => mine.get(key) === making && mine.delete(key)
    making.value.then((value) => {
      // Not if a newer one was begun meanwhile.
      const isNewest = end()
      const size = sizeOf(value)
      if (maxAgeMs > 0 && isNewest && mine === pending && size > 0) keep(key, { value, age }, size)
    }, end)
    return inherited(making)
  }

  function keep(key: string, entry: CacheEntry<Value>, size: number): void {
    entries.set(key, entry, { size: size + key.length, start: entry.age.beganMs })
  }

  /** Not if another value is made of it, whose age would soon be over too. */
  function fresh(entry: CacheEntry<Value> | undefined): CacheEntry<Value> | undefined {
    const isTooOld = entry && currentAge.getStore() && clock.now() - entry.age.beganMs > maxAgeMs / 2
    return isTooOld ? undefined : entry
  }

  return {
    /** What is kept of this key; else what `work` makes, which is not kept if its size is 0. */
    async get(key: string, work: () => Promise<Value>): Promise<Value> {
      const known = fresh(entries.get(key))
      countQuestion(known !== undefined)
      if (known) {
        inherit(known.age)
        return known.value
      }
      const making = pending.get(key)
      if (!making) return make(key, work)
      if (maxAgeMs > 0) return clock.now() - making.age.beganMs > maxAgeMs ? make(key, work) : inherited(making)
      const again = () => make(key, work)
      const leftMs = Math.max(0, making.age.beganMs + stuckMs - clock.now())
      making.next ??= waitAtMost(making.value, leftMs).then(again)
      return making.next
    },

    peek(key: string): Value | undefined {
      const known = entries.get(key)
      if (known) countQuestion(true)
      return known?.value
    },

    /** Keeps `value` of another key too, for as long as it is still kept of `key`. */
    setAlias(key: string, value: Value, other: string): void {
      const known = entries.get(key)
      if (known?.value === value && other.length <= maxKeyLength) keep(other, known, 0)
    },

    clear(): void {
      // It goes over all of its places, also where none is taken.
      if (entries.size > 0) entries.clear()
      if (pending.size > 0) pending = new Map()
    },
  }
}

/** When a value, or the oldest one that it was made of, began to be made. */
interface Age {
  beganMs: number
}

interface CacheEntry<Value> {
  value: Value
  age: Age
}

interface PendingEntry<Value> {
  value: Promise<Value>
  age: Age
  /** For those who asked after it had begun, and want nothing older than their question. */
  next?: Promise<Value>
}

/** Of the value that is being made here, whichever memory it is for. */
const currentAge = new AsyncLocalStorage<Age>()

function inherit({ beganMs }: Age): void {
  const age = currentAge.getStore()
  if (age && beganMs < age.beganMs) age.beganMs = beganMs
}

/** What is being made may itself turn out to be made of something older. */
async function inherited<Value>({ value, age }: PendingEntry<Value>): Promise<Value> {
  const result = await value
  inherit(age)
  return result
}
