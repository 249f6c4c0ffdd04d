import { askedAtMs } from './asked.ts'
import { store, useStore } from './store.ts'

interface Change<Value> {
  shown: Value
  /** What the server has agreed to last. */
  confirmed: Value
  underWay: number
  /** What was asked for later has it in it. */
  doneAtMs: number
}

/** Another copy of the server may show a change that much later. */
const shareMs = 1000

/** Values that are shown as the viewer changed them before the server has agreed, and as it last agreed if it refuses. */
export function optimistic<Value>(now = () => performance.now()) {
  const changes = store<ReadonlyMap<number, Change<Value>>>(new Map())
  let viewers = 0
  const put = (id: number, change: Change<Value>) => changes.set(new Map(changes.value).set(id, change))

  function changeOf(thing: { id: number }): Change<Value> | undefined {
    const change = changes.value.get(thing.id)
    return change && askedAtMs(thing) < change.doneAtMs + shareMs ? change : undefined
  }

  function settle(id: number, round: number, agreed?: { value: Value }): void {
    const change = changes.value.get(id)
    if (!change || round !== viewers) return
    const confirmed = agreed ? agreed.value : change.confirmed
    const underWay = change.underWay - 1
    if (underWay > 0) put(id, { ...change, confirmed, underWay })
    else put(id, { shown: confirmed, confirmed, underWay, doneAtMs: now() })
  }

  /** The value to show of a thing of which the server said `said`. */
  const shownOf = (thing: { id: number }, said: Value): Value => {
    const change = changeOf(thing)
    return change ? change.shown : said
  }

  return {
    shownOf,

    useShown(thing: { id: number }, said: Value): Value {
      useStore(changes)
      return shownOf(thing, said)
    },

    /** Shows `value` from now on; rejects as `send` does. */
    async change(thing: { id: number }, said: Value, value: Value, send: () => Promise<unknown>): Promise<void> {
      const { id } = thing
      const { confirmed = said, underWay = 0 } = changeOf(thing) ?? {}
      put(id, { shown: value, confirmed, underWay: underWay + 1, doneAtMs: Number.POSITIVE_INFINITY })
      const round = viewers
      try {
        await send()
      } catch (error) {
        settle(id, round)
        throw error
      }
      settle(id, round, { value })
    },

    /** For another viewer, to whom nothing matters that is still under way. */
    forgetAll(): void {
      viewers++
      changes.set(new Map())
    },
  }
}
