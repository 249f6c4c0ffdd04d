import type { Message, User } from '@douyin/proto'
import { observeGauge, runDetached } from '@douyin/telemetry'
import { messagePoller, settleMs } from './message-poller.ts'

/** Ids per connection that were sent as missed messages and that the poller may deliver again. */
const maxSentIds = 10_000
const pageSize = 1000
/** Pages of missed messages per connection. If there are more, the client connects again from its newest message. */
const maxPages = 5

export type Inbox = ReturnType<typeof inbox>

/** Delivers every message of a signed-in user to each open connection of that user, once per connection. */
export function inbox(user: Pick<User, 'listInbox' | 'listMessagesSince'>) {
  const connections = new Map<number, Set<(message: Message) => void>>()
  /** The function that closes each connection, with the id of its user. */
  const closers = new Map<() => void, number>()
  observeGauge('douyin_sockets_open', {}, () => closers.size)

  function broadcast(message: Message): void {
    for (const id of [message.from_user_id, message.to_user_id]) {
      for (const deliver of connections.get(id) ?? []) deliver(message)
    }
  }

  const poller = messagePoller(user, broadcast)

  return {
    /** Delivers a message that was sent through this process to its two users at once. */
    push(message: Message): void {
      if (poller.markDelivered(message.id)) broadcast(message)
    },

    /** Closes all connections, so that a shutdown does not wait for them. Clients reconnect to another process. */
    close(): void {
      for (const end of [...closers.keys()]) end()
    },

    /** Closes the connections of one user. A client with a valid token reconnects. */
    end(userId: number): void {
      for (const [end, owner] of [...closers]) if (owner === userId) end()
    },

    /**
     * Sends the messages after `after` (ms, 0 for now), and then new messages until the returned function is called.
     * `end` is called when this process wants to close the connection.
     */
    connect(userId: number, after: number, send: (message: Message) => void, end: () => void): () => void {
      closers.set(end, userId)
      const sentIds = new Set<number>()
      // New messages are held back until all missed ones are sent, since a client resumes from its newest message.
      let heldBack: Map<number, Message> | undefined = new Map()
      const deliver = (message: Message) => {
        if (sentIds.delete(message.id)) return
        if (heldBack) heldBack.set(message.id, message)
        else send(message)
      }
      const sendMissed = (message: Message) => {
        heldBack?.delete(message.id)
        if (poller.mayDeliver(message.id) && sentIds.size < maxSentIds) sentIds.add(message.id)
        send(message)
      }
      const ofUser = connections.get(userId) ?? new Set()
      connections.set(userId, ofUser.add(deliver))

      const catchUp = async (after_time: number, after_id = 0, pagesLeft = maxPages): Promise<void> => {
        if (pagesLeft === 0) throw new Error('too much was missed for one connection')
        const { messages } = await user.listInbox({ viewer_id: userId, after_time, after_id, limit: pageSize })
        for (const message of messages) sendMissed(message)
        const last = messages[pageSize - 1]
        if (last && ofUser.has(deliver)) await catchUp(last.create_time, last.id, pagesLeft - 1)
      }
      const begin = async () => {
        await poller.start()
        // Times are monotonic within one conversation only. In another one, an earlier time may arrive later.
        await catchUp(after > 0 ? after - settleMs : connectedAt)
        for (const message of heldBack?.values() ?? []) send(message)
        heldBack = undefined
      }
      const connectedAt = Date.now()
      // If missed messages cannot be read, the connection is closed, and the client reconnects from its newest message.
      // Detached, since the connection outlives the request that opened it by hours.
      void runDetached(() => begin().catch(end))

      return () => {
        closers.delete(end)
        ofUser.delete(deliver)
        if (ofUser.size === 0) connections.delete(userId)
        if (connections.size === 0) poller.stop()
      }
    },
  }
}
