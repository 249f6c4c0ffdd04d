import { explain } from './explain.ts'
import { type Store, store } from './store.ts'

export interface Page<Item> {
  items: Item[]
  /** What asks for the next page; empty on the last. */
  next: string
}

export interface Listing<Item> {
  items: Item[]
  state: 'loading' | 'more' | 'end' | 'failed'
  problem: string
}

/** A list that grows page by page and never holds an id twice. */
export interface Pager<Item> extends Store<Listing<Item>> {
  /** Loads the next page unless one is on its way or there is none; after a failure it tries again. */
  more(): Promise<void>
  restart(): Promise<void>
  add(item: Item): void
  remove(id: number): void
}

/** A page of nothing but known ids is skipped, yet not for ever. */
const maxEmptyPages = 5

export function pager<Item extends { id: number }>(
  load: (cursor: string) => Promise<Page<Item>>,
  first: Page<Item> = { items: [], next: '' },
  isStarted = first.items.length > 0,
): Pager<Item> {
  const start: Listing<Item> = { items: first.items, state: isStarted && !first.next ? 'end' : 'more', problem: '' }
  const listing = store<Listing<Item>>(start)
  let ids = new Set(first.items.map((item) => item.id))
  let cursor = first.next
  let round = 0

  async function more(): Promise<void> {
    const { state, items } = listing.value
    if (state === 'loading' || state === 'end') return
    const mine = ++round
    listing.set({ items, state: 'loading', problem: '' })
    try {
      for (let tries = 0; ; tries++) {
        const page = await load(cursor)
        if (mine !== round) return
        const fresh = page.items.filter((item) => !ids.has(item.id) && ids.add(item.id))
        cursor = page.next
        if (fresh.length === 0 && cursor && tries < maxEmptyPages) continue
        listing.update((now) => ({ items: [...now.items, ...fresh], state: cursor ? 'more' : 'end', problem: '' }))
        return
      }
    } catch (error) {
      if (mine === round) listing.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
    }
  }

  // On top of the store, so that `value` stays the store's own getter.
  const self: Pager<Item> = Object.assign(Object.create(listing) as Store<Listing<Item>>, {
    more,
    async restart() {
      round++
      ids = new Set()
      cursor = ''
      listing.set({ items: [], state: 'more', problem: '' })
      await more()
    },
    add(item: Item) {
      if (ids.has(item.id)) return
      ids.add(item.id)
      listing.update((now) => ({ ...now, items: [item, ...now.items] }))
    },
    remove(id: number) {
      listing.update((now) => ({ ...now, items: now.items.filter((item) => item.id !== id) }))
    },
  })
  return self
}

const kept = new Map<string, unknown>()
const maxKept = 24

/** One and the same for a key until it is forgotten: going back finds it as it was left. */
export function remembered<Value>(key: string, make: () => Value): Value {
  if (kept.has(key)) return kept.get(key) as Value
  const value = make()
  keep(key, value)
  return value
}

export function keep(key: string, value: unknown): void {
  kept.set(key, value)
  if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? '')
}

export function forget(prefix = ''): void {
  for (const key of kept.keys()) if (key.startsWith(prefix)) kept.delete(key)
}
