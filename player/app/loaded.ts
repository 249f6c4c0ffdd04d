import { useEffect, useMemo } from 'preact/hooks'
import { explain } from './explain.ts'
import { type Store, store, useStore } from './store.ts'

/** A value that is loading, ready, or failed to load. */
export type Loaded<Value> =
  | { state: 'loading' }
  | { state: 'ready'; value: Value }
  | { state: 'failed'; problem: string }

interface Loader<Value> {
  now: Loaded<Value>
  retry(): void
  set(value: Value): void
}

/** Loads again whenever a dependency changes. A late answer for old dependencies is dropped. */
export function useLoaded<Value>(load: () => Promise<Value>, dependencies: unknown[]): Loader<Value> {
  const loaded: Store<Loaded<Value>> = useMemo(() => store<Loaded<Value>>({ state: 'loading' }), dependencies)
  const run = () => {
    loaded.set({ state: 'loading' })
    load().then(
      (value) => loaded.set({ state: 'ready', value }),
      (error) => loaded.set({ state: 'failed', problem: explain(error) }),
    )
  }
  useEffect(run, [loaded])
  return { now: useStore(loaded), retry: run, set: (value) => loaded.set({ state: 'ready', value }) }
}
