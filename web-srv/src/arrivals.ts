import type { Message, User } from '@douyin/proto'

/** How often messages that were sent through another web-srv are asked for. */
const pollMs = 2000
/** An id may become visible that much later than a greater one, whose transaction was quicker. */
export const settleMs = 5000
const batch = 1000

interface Round {
  /** The greatest id at some times, oldest first: the first is of a time whose ids are all visible by now. */
  marks: { id: number; at: number }[]
  timer?: Timer
}

/** Finds the messages that are sent through other processes, by one question for all sockets of this one. */
export function arrivals(user: Pick<User, 'listMessagesSince'>, take: (message: Message) => void) {
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
    const id = await readFrom(own.marks[0]?.id ?? 0).catch(() => undefined)
    if (id !== undefined) mark(own, id)
    wait(own)
  }

  async function readFrom(after_id: number): Promise<number> {
    const { messages, last_id } = await user.listMessagesSince({ after_id, limit: batch })
    for (const message of messages) take(message)
    return messages.length === batch ? readFrom(last_id) : last_id
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
      round = { marks: [] }
      const own = begin(round)
      begun = own
      own.catch(() => begun === own && stop())
      return own
    },
    stop,
  }
}

function mark(round: Round, id: number): void {
  const now = Date.now()
  round.marks.push({ id, at: now })
  const settled = round.marks.findLastIndex(({ at }) => now - at > settleMs)
  if (settled > 0) round.marks = round.marks.slice(settled)
}
