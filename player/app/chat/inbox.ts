import { get, post } from '../api.ts'
import { explain } from '../explain.ts'
import { refreshViewer, viewer } from '../session.ts'
import { store } from '../store.ts'
import { token } from '../token.ts'
import type { Conversation, Message } from '../types.ts'
import { type Link, openSocket } from './socket.ts'
import { openThread, type Thread } from './thread.ts'

interface Inbox {
  state: 'loading' | 'ready' | 'failed'
  conversations: Conversation[]
  problem: string
}

const empty: Inbox = { state: 'loading', conversations: [], problem: '' }
export const inboxStore = store<Inbox>(empty)
export const unreadCount = store(0)
export const link = store<Link>('connecting')
inboxStore.subscribe(() =>
  unreadCount.set(inboxStore.value.conversations.reduce((sum, one) => sum + one.unread_count, 0)),
)

const threads = new Map<number, Thread>()
/** The time of the newest message received. The socket asks for messages after it. */
let newestMs = 0
/** The user whose conversation is on screen, 0 if none is. */
let openUserId = 0

export function threadWith(otherId: number): Thread {
  const thread = threads.get(otherId) ?? openThread(otherId)
  threads.set(otherId, thread)
  return thread
}

export async function loadInbox(): Promise<void> {
  try {
    const answer = await get<{ conversation_list: Conversation[] }>('/message/conversation/list/')
    const conversations = answer.conversation_list
    newestMs = Math.max(newestMs, ...conversations.map((one) => one.last_time))
    inboxStore.set({ state: 'ready', conversations, problem: '' })
  } catch (error) {
    inboxStore.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
  }
}

/** Takes a message from the socket, which may repeat messages after a reconnect. */
function receive(message: Message): void {
  const isOwn = message.from_user_id === viewer.value?.id
  const otherId = isOwn ? message.to_user_id : message.from_user_id
  newestMs = Math.max(newestMs, message.create_time)
  threads.get(otherId)?.receive(message)
  const conversation = inboxStore.value.conversations.find((one) => one.id === otherId)
  if (!conversation) return void loadInbox()
  if (message.create_time <= conversation.last_time) return
  const isUnread = !isOwn && !(openUserId === otherId && !document.hidden)
  const updated: Conversation = {
    ...conversation,
    message: message.content,
    msgType: isOwn ? 1 : 0,
    last_time: message.create_time,
    unread_count: conversation.unread_count + Number(isUnread),
  }
  inboxStore.update((now) => ({
    ...now,
    conversations: [updated, ...now.conversations.filter((one) => one.id !== otherId)],
  }))
}

/** Marks all messages up to a time as read, here and on the server. */
export function markRead(otherId: number, time: number): void {
  const change = (one: Conversation) => (one.id === otherId ? { ...one, unread_count: 0 } : one)
  inboxStore.update((now) => ({ ...now, conversations: now.conversations.map(change) }))
  // A failure is ignored: the next message marks the same ones again.
  post('/message/read/', { to_user_id: otherId, time }).catch(() => {})
}

export function watch(otherId: number): () => void {
  openUserId = otherId
  return () => {
    if (openUserId === otherId) openUserId = 0
  }
}

const pollMs = 2000

/** Receives messages on every page while the viewer is signed in. */
export function startInbox(): void {
  let close = () => {}
  const restart = () => {
    close()
    threads.clear()
    newestMs = 0
    inboxStore.set(empty)
    if (token.value) close = follow(token.value)
  }
  token.subscribe(restart)
  restart()
}

function follow(sessionToken: string): () => void {
  let socket: { close(): void } | undefined
  let isStopped = false
  // The list first: the socket starts after its newest message, so no message is lost in between.
  void loadInbox().then(() => {
    if (isStopped) return
    socket = openSocket({
      token: sessionToken,
      after: () => newestMs || 1,
      onMessage: receive,
      onLink: (next) => link.set(next),
      // Any request as the viewer does: if the session was ended on another device, its failure ends it here.
      onRefused: () => void refreshViewer().catch(() => {}),
    })
  })
  let round = 0
  const poll = setInterval(() => {
    if (link.value !== 'polling' || document.hidden || !navigator.onLine) return
    if (openUserId)
      void threads
        .get(openUserId)
        ?.catchUp()
        .catch(() => {})
    if (round++ % 5 === 0) void loadInbox()
  }, pollMs)
  return () => {
    isStopped = true
    clearInterval(poll)
    socket?.close()
    link.set('connecting')
  }
}
