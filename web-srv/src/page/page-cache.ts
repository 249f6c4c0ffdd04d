import { AsyncLocalStorage } from 'node:async_hooks'
import { waitAtMost } from '@douyin/process'
import { cacheMeter } from '@douyin/telemetry'
import { LRUCache } from 'lru-cache'

const maxEntries = 5000
const maxBytes = 32 << 20
/**
 * With a maximum age of 0, a request waits at most this long for the one before it, which may be stuck. Then its own value
 * is made as well.
 */
const stuckMs = 50
/** The longest alias, which is a URL. */
const maxKeyLength = 1000

export type Clock = Pick<Performance, 'now'>

export type PageCache<Value extends object> = ReturnType<typeof pageCache<Value>>

/**
 * A cache with single flight. An entry lives for `maxAgeMs` at most. `clear` drops all entries, and those that are being
 * made at that moment are not stored. The age counts from the start of making the value, or of making the oldest value of
 * another cache that went into it. With 0 nothing is stored, but concurrent requests for a key still share one value, which
 * is made after the last of them has arrived. `name` is for the metrics.
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
  const countLookup = cacheMeter(name)
  let pending = new Map<string, PendingEntry<Value>>()

  function make(key: string, work: () => Promise<Value>): Promise<Value> {
    const mine = pending
    const age: Age = { startMs: clock.now() }
    const entry: PendingEntry<Value> = { value: currentAge.run(age, work), age }
    mine.set(key, entry)
    const end = () => mine.get(key) === entry && mine.delete(key)
    entry.value.then((value) => {
      // Not if a newer value was started meanwhile.
      const isNewest = end()
      const size = sizeOf(value)
      if (maxAgeMs > 0 && isNewest && mine === pending && size > 0) store(key, { value, age }, size)
    }, end)
    return inherited(entry)
  }

  function store(key: string, entry: CacheEntry<Value>, size: number): void {
    entries.set(key, entry, { size: size + key.length, start: entry.age.startMs })
  }

  /** For another cache's value an entry is fresh for half its life only: otherwise that value would expire at once, too. */
  function fresh(entry: CacheEntry<Value> | undefined): CacheEntry<Value> | undefined {
    const isTooOld = entry && currentAge.getStore() && clock.now() - entry.age.startMs > maxAgeMs / 2
    return isTooOld ? undefined : entry
  }

  return {
    /** The cached value, or the one that `work` makes. A value of size 0 is not stored. */
    async get(key: string, work: () => Promise<Value>): Promise<Value> {
      const cached = fresh(entries.get(key))
      countLookup(cached !== undefined)
      if (cached) {
        inherit(cached.age)
        return cached.value
      }
      const current = pending.get(key)
      if (!current) return make(key, work)
      if (maxAgeMs > 0) return clock.now() - current.age.startMs > maxAgeMs ? make(key, work) : inherited(current)
      const remainingMs = Math.max(0, current.age.startMs + stuckMs - clock.now())
      current.next ??= waitAtMost(current.value, remainingMs).then(() => make(key, work))
      return current.next
    },

    peek(key: string): Value | undefined {
      const entry = entries.get(key)
      if (entry) countLookup(true)
      return entry?.value
    },

    /** Makes `value` available under another key too, for as long as it is cached under `key`. */
    setAlias(key: string, value: Value, alias: string): void {
      const entry = entries.get(key)
      if (entry?.value === value && alias.length <= maxKeyLength) store(alias, entry, 0)
    },

    clear(): void {
      // clear() visits every slot, also of an empty cache.
      if (entries.size > 0) entries.clear()
      if (pending.size > 0) pending = new Map()
    },
  }
}

/** When the making of a value started, or that of the oldest value in it. */
interface Age {
  startMs: number
}

interface CacheEntry<Value> {
  value: Value
  age: Age
}

interface PendingEntry<Value> {
  value: Promise<Value>
  age: Age
  /** For requests that arrived after the start, and must not get an older value. */
  next?: Promise<Value>
}

/** The age of the value that is being made in this context, for whichever cache. */
const currentAge = new AsyncLocalStorage<Age>()

function inherit({ startMs }: Age): void {
  const age = currentAge.getStore()
  if (age && startMs < age.startMs) age.startMs = startMs
}

/** A pending value may turn out to contain an older one. */
async function inherited<Value>({ value, age }: PendingEntry<Value>): Promise<Value> {
  const result = await value
  inherit(age)
  return result
}
