import type { Message, User } from '@douyin/proto'

/** How often messages that were sent through another web-srv are asked for. */
const pollMs = 2000
/** An id may become visible that much later than a greater one, whose transaction was quicker. */
export const settleMs = 5000
const batch = 1000
/** Pages that one round reads: each process reads the messages of the whole site, 10,000 a second at most. */
const maxPages = 20
/** More than the rounds of the time in which ids settle read together; of more the oldest are forgotten. */
const mostSeen = 5 * maxPages * batch

interface Round {
  /** The greatest id at some times, oldest first: the first is of a time whose ids are all visible by now. */
  marks: { id: number; at: number }[]
  /** The ids beyond the first mark that were handed on: they are read again and again, for those that become visible late. */
  seen: Set<number>
  timer?: Timer
}

/**
 * Finds the messages that are sent through other processes, by one question for all sockets of this one, and hands each on once.
 * Where a round cannot read all there is, the next goes on behind it: an id that becomes visible late is then found only by
 * those who connect again.
 */
export function messagePoller(user: Pick<User, 'listMessagesSince'>, take: (message: Message) => void) {
  let round: Round | undefined
  let begun: Promise<void> | undefined

  async function begin(own: Round): Promise<void> {
    const { last_id } = await user.listMessagesSince({ after_id: -1, limit: 1 })
    mark(own, last_id)
    wait(own)
  }

  function wait(own: Round): void {
    if (own === round) own.timer = setTimeout(ask, pollMs, own)
  }

  async function ask(own: Round): Promise<void> {
    // user-srv is away: the next time finds the same messages.
    const read = await readFrom(own, own.marks[0]?.id ?? 0).catch(() => undefined)
    if (read?.isCut) own.marks = []
    if (read) mark(own, read.id)
    wait(own)
  }

  async function readFrom(own: Round, after_id: number, pages = maxPages): Promise<{ id: number; isCut: boolean }> {
    const { messages, last_id } = await user.listMessagesSince({ after_id, limit: batch })
    for (const message of messages) if (own === round && isNew(message.id)) take(message)
    if (messages.length < batch) return { id: last_id, isCut: false }
    return pages > 1 ? readFrom(own, last_id, pages - 1) : { id: last_id, isCut: true }
  }

  /** Was this message not handed on yet? It counts as handed on from now. */
  function isNew(id: number): boolean {
    if (round?.seen.has(id)) return false
    if (!round) return true
    const [oldest] = round.seen
    if (oldest !== undefined && round.seen.size === mostSeen) round.seen.delete(oldest)
    round.seen.add(id)
    return true
  }

  function stop(): void {
    clearTimeout(round?.timer)
    round = undefined
    begun = undefined
  }

  return {
    /** When this resolves, no message that is sent from then on is missed. Rejects if user-srv is away. */
    start(): Promise<void> {
      if (begun) return begun
      round = { marks: [], seen: new Set() }
      const own = begin(round)
      begun = own
      own.catch(() => begun === own && stop())
      return own
    },
    isNew,
    /** Can a round bring this message from now on? */
    mayBring: (id: number) => id > (round?.marks[0]?.id ?? 0) && !round?.seen.has(id),
    stop,
  }
}

function mark(round: Round, id: number): void {
  const now = Date.now()
  round.marks.push({ id, at: now })
  const settled = round.marks.findLastIndex(({ at }) => now - at > settleMs)
  if (settled > 0) round.marks = round.marks.slice(settled)
  const from = round.marks[0]?.id ?? 0
  for (const seen of round.seen) if (seen <= from) round.seen.delete(seen)
}
