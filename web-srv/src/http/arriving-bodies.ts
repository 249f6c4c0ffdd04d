import { Failure } from '@douyin/proto'

export interface ArrivingBodyLimits {
  /** Maximum number of concurrent senders. */
  max: number
  /** Maximum number of concurrent senders with the same key, such as an address. */
  maxPerKey: number
  /** A sender that started less than this long ago is not cut to make room. */
  graceMs: number
}

/** A client that is sending a body. */
export interface ArrivingBody {
  /** Number of bytes received so far. The reader of the body updates it. */
  bytes: number
  /** The reader calls it when the body is complete or has failed. */
  leave(): void
}

interface Entry extends ArrivingBody {
  key: string
  startMs: number
  cut(reason: Failure): void
}

/**
 * Limits how many clients send a body at the same time, in total and per key. When there is no room, the sender with
 * the fewest bytes per second is cut, so slow connections cannot keep others out.
 */
export function arrivingBodies({ max, maxPerKey, graceMs }: ArrivingBodyLimits, now = () => performance.now()) {
  const all = new Set<Entry>()
  const byKey = new Map<string, Set<Entry>>()

  function leave(entry: Entry): void {
    if (!all.delete(entry)) return
    const sameKey = byKey.get(entry.key)
    sameKey?.delete(entry)
    if (sameKey?.size === 0) byKey.delete(entry.key)
  }

  /** Cuts the slowest sender. Throws if every sender is still within its grace time. */
  function makeRoom(candidates = all): void {
    const nowMs = now()
    const rateOf = ({ bytes, startMs }: Entry) => bytes / (nowMs - startMs)
    let slowest: Entry | undefined
    for (const entry of candidates) {
      if (nowMs - entry.startMs < graceMs) continue
      if (!slowest || rateOf(entry) < rateOf(slowest)) slowest = entry
    }
    if (!slowest) throw tooBusy()
    leave(slowest)
    slowest.cut(tooBusy())
  }

  return {
    /** `cut` is called at most once, when this sender must make room for another. Throws if there is no room. */
    enter(key: string, cut: (reason: Failure) => void): ArrivingBody {
      const sameKey = byKey.get(key) ?? new Set()
      if (sameKey.size >= maxPerKey) makeRoom(sameKey)
      if (all.size >= max) makeRoom(all)
      const entry: Entry = { key, bytes: 0, startMs: now(), cut, leave: () => leave(entry) }
      all.add(entry)
      byKey.set(key, sameKey.add(entry))
      return entry
    },
    makeRoom: () => makeRoom(),
  }
}

const tooBusy = () => new Failure('TOO_BUSY', { retryAfterS: 1 })

export type ArrivingBodies = ReturnType<typeof arrivingBodies>
