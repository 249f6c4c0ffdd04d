import type { Message, User } from '@douyin/proto'
import { observeGauge, runDetached } from '@douyin/telemetry'
import { messagePoller, settleMs } from './message-poller.ts'

/** Of what a connection caught up with a moment ago, and may be brought again. */
const rememberedIds = 10_000
const batch = 1000
/** Batches of missed messages that one connection gets: a client then connects again, from where it is. */
const batchesOfConnection = 5

export type Inbox = ReturnType<typeof inbox>

/** Hands every message of a signed-in user to each of her open connections, once for each of them. */
export function inbox(user: Pick<User, 'listInbox' | 'listMessagesSince'>) {
  const connections = new Map<number, Set<(message: Message) => void>>()
  /** How to end each connection, and whose it is. */
  const endings = new Map<() => void, number>()
  observeGauge('douyin_sockets_open', {}, () => endings.size)

  function handOn(message: Message): void {
    for (const id of [message.from_user_id, message.to_user_id]) {
      for (const deliver of connections.get(id) ?? []) deliver(message)
    }
  }

  const elsewhere = messagePoller(user, handOn)

  return {
    /** A message that was sent through this process: its two users see it at once. */
    push(message: Message): void {
      if (elsewhere.isNew(message.id)) handOn(message)
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
      const caughtUp = new Set<number>()
      // What comes before all that was missed is there waits for it: a client goes on from the newest that it has.
      let early: Map<number, Message> | undefined = new Map()
      const deliver = (message: Message) => {
        if (caughtUp.delete(message.id)) return
        if (early) early.set(message.id, message)
        else send(message)
      }
      const sendMissed = (message: Message) => {
        early?.delete(message.id)
        if (elsewhere.mayBring(message.id) && caughtUp.size < rememberedIds) caughtUp.add(message.id)
        send(message)
      }
      const own = connections.get(userId) ?? new Set()
      connections.set(userId, own.add(deliver))

      const catchUp = async (after_time: number, after_id = 0, batchesLeft = batchesOfConnection): Promise<void> => {
        if (batchesLeft === 0) throw new Error('too much was missed for one connection')
        const { messages } = await user.listInbox({ viewer_id: userId, after_time, after_id, limit: batch })
        for (const message of messages) sendMissed(message)
        const last = messages[batch - 1]
        if (last && own.has(deliver)) await catchUp(last.create_time, last.id, batchesLeft - 1)
      }
      const begin = async () => {
        await elsewhere.start()
        // Times order the messages of one conversation only: of another one an earlier may have come later.
        await catchUp(after > 0 ? after - settleMs : connectedAt)
        for (const message of early?.values() ?? []) send(message)
        early = undefined
      }
      const connectedAt = Date.now()
      // Whoever cannot be told what she missed connects again, and asks from where she was.
      // It goes on for hours after the request that opened the connection.
      void runDetached(() => begin().catch(end))

      return () => {
        endings.delete(end)
        own.delete(deliver)
        if (own.size === 0) connections.delete(userId)
        if (connections.size === 0) elsewhere.stop()
      }
    },
  }
}
