import { useLayoutEffect, useReducer } from 'preact/hooks'

/** An observable value. Components that use it render again when it changes. */
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

export function useStore<Value>(source: Store<Value>): Value {
  const [, rerender] = useReducer((count: number, _: undefined) => count + 1, 0)
  const { value } = source
  useLayoutEffect(() => {
    // The value may have changed between rendering and subscribing.
    if (!Object.is(source.value, value)) rerender(undefined)
    return source.subscribe(() => rerender(undefined))
  }, [source])
  return value
}

/** A store saved in localStorage and synchronized between tabs. Without storage (a private window) it lasts as long
 * as the page. */
export function storedText(key: string, fallback: string): Store<string> {
  const saved = store(read(key) ?? fallback)
  saved.subscribe(() => {
    try {
      if (saved.value === '') localStorage.removeItem(key)
      else localStorage.setItem(key, saved.value)
    } catch {}
  })
  window.addEventListener('storage', (event) => {
    if (event.key === key) saved.set(event.newValue ?? fallback)
  })
  return saved
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
