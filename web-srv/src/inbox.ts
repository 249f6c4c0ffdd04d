import type { Message, User } from '@douyin/proto'
import { watch } from '@douyin/telemetry'

/** Messages sent through another web-srv are found by asking, this often. */
const pollMs = 2000
/** Times order the messages of one conversation only: another's may become visible this much later. */
const overlapMs = 5000
const rememberedIds = 500
const batch = 1000

export type Inbox = ReturnType<typeof inbox>

/** Hands every message of a signed-in user to each of her open connections, once for each of them. */
export function inbox(user: Pick<User, 'listInbox'>) {
  const connections = new Map<number, Set<(message: Message) => void>>()
  /** How to end each connection, and whose it is. */
  const endings = new Map<() => void, number>()
  watch('douyin_sockets_open', {}, () => endings.size)

  return {
    /** A message that was sent through this process: its two users see it at once. */
    push(message: Message): void {
      for (const id of [message.from_user_id, message.to_user_id]) {
        for (const deliver of connections.get(id) ?? []) deliver(message)
      }
    },

    /** Ends every connection, so that a stop does not wait for them: clients come back to the next process. */
    close(): void {
      for (const end of [...endings.keys()]) end()
    },

    /** Ends those of one user: whoever still has a good token comes back. */
    end(userId: number): void {
      for (const [end, owner] of [...endings]) if (owner === userId) end()
    },

    /**
     * Sends what came after `after` (ms, 0 for now), and then all that comes, until the function it gives is called.
     * `end` is called when this process wants the connection to end.
     */
    connect(userId: number, after: number, send: (message: Message) => void, end: () => void): () => void {
      endings.set(end, userId)
      const known = new Set<number>()
      let newest = after || Date.now()
      const deliver = (message: Message) => {
        if (known.has(message.id)) return
        known.add(message.id)
        if (known.size > rememberedIds) known.delete(known.values().next().value as number)
        newest = Math.max(newest, message.create_time)
        send(message)
      }
      const own = connections.get(userId) ?? new Set()
      connections.set(userId, own.add(deliver))

      let timer: Timer | undefined
      let from = after
      const poll = async () => {
        const { messages } = await user
          .listInbox({ viewer_id: userId, after_time: from || newest - overlapMs, limit: batch })
          // user-srv is away: the next round finds the same messages.
          .catch(() => ({ messages: [] }))
        for (const message of messages) deliver(message)
        const isFull = messages.length === batch
        from = isFull ? (messages.at(-1)?.create_time ?? 0) : 0
        if (own.has(deliver)) timer = setTimeout(poll, isFull ? 0 : pollMs)
      }
      if (after > 0) void poll()
      else timer = setTimeout(poll, pollMs)

      return () => {
        clearTimeout(timer)
        endings.delete(end)
        own.delete(deliver)
        if (own.size === 0) connections.delete(userId)
      }
    },
  }
}
