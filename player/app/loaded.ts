import { useEffect, useMemo } from 'preact/hooks'
import { explain } from './explain.ts'
import { type Store, store, useStore } from './store.ts'

/** One thing that is on its way, there, or not to be had. */
export type Loaded<Value> =
  | { state: 'loading' }
  | { state: 'there'; value: Value }
  | { state: 'failed'; problem: string }

interface Loader<Value> {
  now: Loaded<Value>
  retry(): void
  set(value: Value): void
}

/** Asks again whenever a dependency changes; a late answer to an old question is dropped. */
export function useLoaded<Value>(load: () => Promise<Value>, dependencies: unknown[]): Loader<Value> {
  const kept: Store<Loaded<Value>> = useMemo(() => store<Loaded<Value>>({ state: 'loading' }), dependencies)
  const run = () => {
    kept.set({ state: 'loading' })
    load().then(
      (value) => kept.set({ state: 'there', value }),
      (error) => kept.set({ state: 'failed', problem: explain(error) }),
    )
  }
  useEffect(run, [kept])
  return { now: useStore(kept), retry: run, set: (value) => kept.set({ state: 'there', value }) }
}
