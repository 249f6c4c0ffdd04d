import { requestedAtMs } from './request-times.ts'
import { store, useStore } from './store.ts'

interface Change<Value> {
  shown: Value
  /** The last value that the server accepted. */
  confirmed: Value
  /** How many requests are in flight. */
  inFlight: number
  /** When the last request settled; infinite while one is in flight. */
  settledAtMs: number
}

/** Another replica of the server may serve answers without the change for this long, from its cache (SHARE_MS). */
const maxCacheAgeMs = 1000

/** Optimistic updates: a change is shown before the server has accepted it, and rolled back to the last accepted
 * value when the server rejects it. Values are kept by the id of a video or user. */
export function optimistic<Value>(now = () => performance.now()) {
  const changes = store<ReadonlyMap<number, Change<Value>>>(new Map())
  /** Requests of an earlier generation belong to another viewer, and their results are ignored. */
  let generation = 0
  const put = (id: number, change: Change<Value>) => changes.set(new Map(changes.value).set(id, change))

  function changeOf(subject: { id: number }): Change<Value> | undefined {
    const change = changes.value.get(subject.id)
    return change && requestedAtMs(subject) < change.settledAtMs + maxCacheAgeMs ? change : undefined
  }

  function settle(id: number, startGeneration: number, accepted?: { value: Value }): void {
    const change = changes.value.get(id)
    if (!change || startGeneration !== generation) return
    const confirmed = accepted ? accepted.value : change.confirmed
    const inFlight = change.inFlight - 1
    if (inFlight > 0) put(id, { ...change, confirmed, inFlight })
    else put(id, { shown: confirmed, confirmed, inFlight, settledAtMs: now() })
  }

  /** The value to show for an object whose value in the answer of the server is `serverValue`. */
  const shownOf = (subject: { id: number }, serverValue: Value): Value => {
    const change = changeOf(subject)
    return change ? change.shown : serverValue
  }

  return {
    shownOf,

    useShown(subject: { id: number }, serverValue: Value): Value {
      useStore(changes)
      return shownOf(subject, serverValue)
    },

    /** Shows `value` at once and sends the change. Rejects when `send` does. */
    async change(
      subject: { id: number },
      serverValue: Value,
      value: Value,
      send: () => Promise<unknown>,
    ): Promise<void> {
      const { id } = subject
      const { confirmed = serverValue, inFlight = 0 } = changeOf(subject) ?? {}
      put(id, { shown: value, confirmed, inFlight: inFlight + 1, settledAtMs: Number.POSITIVE_INFINITY })
      const startGeneration = generation
      try {
        await send()
      } catch (error) {
        settle(id, startGeneration)
        throw error
      }
      settle(id, startGeneration, { value })
    },

    /** Drops all changes when the viewer changes, and ignores the results of requests in flight. */
    clear(): void {
      generation++
      changes.set(new Map())
    },
  }
}
