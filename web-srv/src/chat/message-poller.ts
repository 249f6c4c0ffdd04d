import type { Message, User } from '@douyin/proto'

/** How often messages that were sent through another web-srv are polled. */
const pollMs = 2000
/** An id may become visible this much later than a greater id whose transaction committed first. */
export const settleMs = 5000
const pageSize = 1000
/** Pages per poll. Each process reads the messages of the whole site, so at most 10,000 messages a second. */
const maxPages = 20
/** More ids than the polls within `settleMs` can read. Beyond it the oldest ids are dropped. */
const maxSeen = 5 * maxPages * pageSize

interface Polling {
  /** The greatest id at several times, oldest first. All ids up to the first mark are visible by now. */
  marks: { id: number; at: number }[]
  /** Delivered ids beyond the first mark. These are read again at each poll, to find ids that become visible late. */
  seen: Set<number>
  timer?: Timer
}

/**
 * Finds the messages that are sent through other processes, with one query for all sockets of this process, and passes
 * each to `deliver` once. If a poll cannot read all messages, the next poll continues after its last one. An id that
 * becomes visible late is then found only by clients that reconnect.
 */
export function messagePoller(user: Pick<User, 'listMessagesSince'>, deliver: (message: Message) => void) {
  let current: Polling | undefined
  let started: Promise<void> | undefined

  async function begin(polling: Polling): Promise<void> {
    const { last_id } = await user.listMessagesSince({ after_id: -1, limit: 1 })
    mark(polling, last_id)
    scheduleNext(polling)
  }

  function scheduleNext(polling: Polling): void {
    if (polling === current) polling.timer = setTimeout(poll, pollMs, polling)
  }

  async function poll(polling: Polling): Promise<void> {
    // If user-srv is unavailable, the next poll finds the same messages.
    const result = await readFrom(polling, polling.marks[0]?.id ?? 0).catch(() => undefined)
    if (result?.isCut) polling.marks = []
    if (result) mark(polling, result.id)
    scheduleNext(polling)
  }

  async function readFrom(
    polling: Polling,
    after_id: number,
    pages = maxPages,
  ): Promise<{ id: number; isCut: boolean }> {
    const { messages, last_id } = await user.listMessagesSince({ after_id, limit: pageSize })
    for (const message of messages) if (polling === current && markDelivered(message.id)) deliver(message)
    if (messages.length < pageSize) return { id: last_id, isCut: false }
    return pages > 1 ? readFrom(polling, last_id, pages - 1) : { id: last_id, isCut: true }
  }

  /** Marks a message as delivered. Returns false if it was delivered before. */
  function markDelivered(id: number): boolean {
    if (current?.seen.has(id)) return false
    if (!current) return true
    const [oldest] = current.seen
    if (oldest !== undefined && current.seen.size === maxSeen) current.seen.delete(oldest)
    current.seen.add(id)
    return true
  }

  function stop(): void {
    clearTimeout(current?.timer)
    current = undefined
    started = undefined
  }

  return {
    /** Once this resolves, no later message is missed. Rejects if user-srv is unavailable. */
    start(): Promise<void> {
      if (started) return started
      current = { marks: [], seen: new Set() }
      const starting = begin(current)
      started = starting
      starting.catch(() => started === starting && stop())
      return starting
    },
    markDelivered,
    /** True if a later poll may deliver this message. */
    mayDeliver: (id: number) => id > (current?.marks[0]?.id ?? 0) && !current?.seen.has(id),
    stop,
  }
}

function mark(polling: Polling, id: number): void {
  const now = Date.now()
  polling.marks.push({ id, at: now })
  const settled = polling.marks.findLastIndex(({ at }) => now - at > settleMs)
  if (settled > 0) polling.marks = polling.marks.slice(settled)
  const from = polling.marks[0]?.id ?? 0
  for (const seen of polling.seen) if (seen <= from) polling.seen.delete(seen)
}
