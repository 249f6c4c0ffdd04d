import { useLayoutEffect, useReducer } from 'preact/hooks'

/** A value that many components show: each draws again when it changes. */
export interface Store<Value> {
  readonly value: Value
  set(next: Value): void
  update(change: (now: Value) => Value): void
  subscribe(listener: () => void): () => void
}

export function store<Value>(initial: Value): Store<Value> {
  let value = initial
  const listeners = new Set<() => void>()
  const self: Store<Value> = {
    get value() {
      return value
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    update: (change) => self.set(change(value)),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return self
}

export function useStore<Value>(from: Store<Value>): Value {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0)
  const { value } = from
  useLayoutEffect(() => {
    // It may have changed between drawing and listening.
    if (!Object.is(from.value, value)) draw(undefined)
    return from.subscribe(() => draw(undefined))
  }, [from])
  return value
}

/** A store that the browser remembers; without storage (a private window) it lasts as long as the page. */
export function storedText(key: string, fallback: string): Store<string> {
  const kept = store(read(key) ?? fallback)
  kept.subscribe(() => {
    try {
      if (kept.value === '') localStorage.removeItem(key)
      else localStorage.setItem(key, kept.value)
    } catch {}
  })
  window.addEventListener('storage', (event) => {
    if (event.key === key) kept.set(event.newValue ?? fallback)
  })
  return kept
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
