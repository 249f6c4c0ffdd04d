import { explain } from './explain.ts'
import { type Store, store } from './store.ts'

export interface ItemPage<Item> {
  items: Item[]
  /** The cursor of the next page; empty on the last. */
  next: string
}

export interface Listing<Item> {
  items: Item[]
  state: 'loading' | 'more' | 'end' | 'failed'
  problem: string
}

/** A list that grows page by page and contains each id once. */
export interface Pager<Item> extends Store<Listing<Item>> {
  /** Loads the next page unless one is loading or there is none. After a failure it retries. */
  more(): Promise<void>
  restart(): Promise<void>
  add(item: Item): void
  remove(id: number): void
}

/** A page with no new ids is skipped, up to this many in a row. */
const maxEmptyPages = 5

export function pager<Item extends { id: number }>(
  load: (cursor: string) => Promise<ItemPage<Item>>,
  first: ItemPage<Item> = { items: [], next: '' },
  isStarted = first.items.length > 0,
): Pager<Item> {
  const start: Listing<Item> = { items: first.items, state: isStarted && !first.next ? 'end' : 'more', problem: '' }
  const listing = store<Listing<Item>>(start)
  let knownIds = new Set(first.items.map((item) => item.id))
  let cursor = first.next
  /** A restart makes the result of a load in flight stale. */
  let generation = 0

  async function more(): Promise<void> {
    const { state, items } = listing.value
    if (state === 'loading' || state === 'end') return
    const startGeneration = ++generation
    listing.set({ items, state: 'loading', problem: '' })
    try {
      for (let tries = 0; ; tries++) {
        const page = await load(cursor)
        if (startGeneration !== generation) return
        const fresh = page.items.filter((item) => !knownIds.has(item.id) && knownIds.add(item.id))
        cursor = page.next
        if (fresh.length === 0 && cursor && tries < maxEmptyPages) continue
        listing.update((now) => ({ items: [...now.items, ...fresh], state: cursor ? 'more' : 'end', problem: '' }))
        return
      }
    } catch (error) {
      if (startGeneration === generation)
        listing.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
    }
  }

  // The store is the prototype, so that `value` stays its getter.
  const self: Pager<Item> = Object.assign(Object.create(listing) as Store<Listing<Item>>, {
    more,
    async restart() {
      generation++
      knownIds = new Set()
      cursor = ''
      listing.set({ items: [], state: 'more', problem: '' })
      await more()
    },
    add(item: Item) {
      if (knownIds.has(item.id)) return
      knownIds.add(item.id)
      listing.update((now) => ({ ...now, items: [item, ...now.items] }))
    },
    remove(id: number) {
      listing.update((now) => ({ ...now, items: now.items.filter((item) => item.id !== id) }))
    },
  })
  return self
}

const cache = new Map<string, unknown>()
const maxCacheEntries = 24

/** Returns the cached value of a key, made on first use. Lists are cached so that going back shows them as they were
 * left. */
export function cached<Value>(key: string, make: () => Value): Value {
  if (cache.has(key)) return cache.get(key) as Value
  const value = make()
  setCached(key, value)
  return value
}

export function setCached(key: string, value: unknown): void {
  cache.set(key, value)
  if (cache.size > maxCacheEntries) cache.delete(cache.keys().next().value ?? '')
}

export function clearCached(prefix = ''): void {
  for (const key of cache.keys()) if (key.startsWith(prefix)) cache.delete(key)
}
