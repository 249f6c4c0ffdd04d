import { TooBusy } from './load-shedding.ts'

export interface ArrivingBodyLimits {
  /** Senders at a time. */
  most: number
  /** Senders at a time of one key, such as an address. */
  mostOfKey: number
  /** A sender that is younger is not cut to make room. */
  graceMs: number
}

/** A client whose body is on its way. */
export interface ArrivingBody {
  /** What has arrived so far. */
  bytes: number
  /** Called when the body is there, or will never be. */
  leave(): void
}

interface Entry extends ArrivingBody {
  key: string
  beganMs: number
  cut(reason: TooBusy): void
}

/**
 * Bounds how many clients send a body at the same time, in all and for each key. Where there is no room, the sender with
 * the fewest bytes per second is cut, so that connections which only drip cannot keep others out.
 */
export function arrivingBodies({ most, mostOfKey, graceMs }: ArrivingBodyLimits, now = () => performance.now()) {
  const all = new Set<Entry>()
  const ofKey = new Map<string, Set<Entry>>()

  function leave(entry: Entry): void {
    if (!all.delete(entry)) return
    const same = ofKey.get(entry.key)
    same?.delete(entry)
    if (same?.size === 0) ofKey.delete(entry.key)
  }

  /** Cuts the slowest; throws TooBusy if all are too young to be cut. */
  function makeRoom(among = all): void {
    const time = now()
    const rateOf = ({ bytes, beganMs }: Entry) => bytes / (time - beganMs)
    let slowest: Entry | undefined
    for (const entry of among) {
      if (time - entry.beganMs < graceMs) continue
      if (!slowest || rateOf(entry) < rateOf(slowest)) slowest = entry
    }
    if (!slowest) throw new TooBusy()
    leave(slowest)
    slowest.cut(new TooBusy())
  }

  return {
    /** `cut` is called at most once, if this sender has to make room for another. Throws TooBusy. */
    enter(key: string, cut: (reason: TooBusy) => void): ArrivingBody {
      const same = ofKey.get(key) ?? new Set()
      if (same.size >= mostOfKey) makeRoom(same)
      if (all.size >= most) makeRoom(all)
      const entry: Entry = { key, bytes: 0, beganMs: now(), cut, leave: () => leave(entry) }
      all.add(entry)
      ofKey.set(key, same.add(entry))
      return entry
    },
    makeRoom: () => makeRoom(),
  }
}

export type ArrivingBodies = ReturnType<typeof arrivingBodies>
