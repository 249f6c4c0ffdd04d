import { get, post } from '../api.ts'
import { explain } from '../explain.ts'
import { refreshViewer, viewer } from '../session.ts'
import { store } from '../store.ts'
import { token } from '../token.ts'
import type { Conversation, Message } from '../types.ts'
import { type Link, openSocket } from './socket.ts'
import { openThread, type Thread } from './thread.ts'

interface Inbox {
  state: 'loading' | 'there' | 'failed'
  conversations: Conversation[]
  problem: string
}

const empty: Inbox = { state: 'loading', conversations: [], problem: '' }
export const inbox = store<Inbox>(empty)
export const unreadCount = store(0)
export const link = store<Link>('connecting')
inbox.subscribe(() => unreadCount.set(inbox.value.conversations.reduce((sum, one) => sum + one.unread_count, 0)))

const threads = new Map<number, Thread>()
/** The greatest time of a message seen: where the socket goes on. */
let seen = 0
/** Whose messages are before the viewer's eyes. */
let watched = 0

export function threadWith(otherId: number): Thread {
  const thread = threads.get(otherId) ?? openThread(otherId)
  threads.set(otherId, thread)
  return thread
}

export async function loadInbox(): Promise<void> {
  try {
    const answer = await get<{ conversation_list: Conversation[] }>('/message/conversation/list/')
    const conversations = answer.conversation_list
    seen = Math.max(seen, ...conversations.map((one) => one.last_time))
    inbox.set({ state: 'there', conversations, problem: '' })
  } catch (error) {
    inbox.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
  }
}

/** What comes in by the socket, perhaps again after a cut. */
function receive(message: Message): void {
  const isOwn = message.from_user_id === viewer.value?.id
  const otherId = isOwn ? message.to_user_id : message.from_user_id
  seen = Math.max(seen, message.create_time)
  threads.get(otherId)?.receive(message)
  const found = inbox.value.conversations.find((one) => one.id === otherId)
  if (!found) return void loadInbox()
  if (message.create_time <= found.last_time) return
  const isUnread = !isOwn && !(watched === otherId && !document.hidden)
  const moved: Conversation = {
    ...found,
    message: message.content,
    msgType: isOwn ? 1 : 0,
    last_time: message.create_time,
    unread_count: found.unread_count + Number(isUnread),
  }
  inbox.update((now) => ({
    ...now,
    conversations: [moved, ...now.conversations.filter((one) => one.id !== otherId)],
  }))
}

/** Says to the server, too, that all up to a time was seen. */
export function markRead(otherId: number, time: number): void {
  const change = (one: Conversation) => (one.id === otherId ? { ...one, unread_count: 0 } : one)
  inbox.update((now) => ({ ...now, conversations: now.conversations.map(change) }))
  // Not worth a word when it fails: the next message says it again.
  post('/message/read/', { to_user_id: otherId, time }).catch(() => {})
}

export function watch(otherId: number): () => void {
  watched = otherId
  return () => {
    if (watched === otherId) watched = 0
  }
}

const pollMs = 2000

/** Follows the session: signed in, messages come by themselves wherever the viewer is. */
export function startInbox(): void {
  let close = () => {}
  const restart = () => {
    close()
    threads.clear()
    seen = 0
    inbox.set(empty)
    if (token.value) close = follow(token.value)
  }
  token.subscribe(restart)
  restart()
}

function follow(known: string): () => void {
  let socket: { close(): void } | undefined
  let isOver = false
  // From the newest message that the list tells of, nothing is missed in between.
  void loadInbox().then(() => {
    if (isOver) return
    socket = openSocket({
      token: known,
      after: () => seen || 1,
      onMessage: receive,
      onLink: (next) => link.set(next),
      // Whoever was signed out elsewhere, and does nothing here, learns it by a question of any kind.
      onRefused: () => void refreshViewer().catch(() => {}),
    })
  })
  let round = 0
  const poll = setInterval(() => {
    if (link.value !== 'polling' || document.hidden || !navigator.onLine) return
    if (watched)
      void threads
        .get(watched)
        ?.catchUp()
        .catch(() => {})
    if (round++ % 5 === 0) void loadInbox()
  }, pollMs)
  return () => {
    isOver = true
    clearInterval(poll)
    socket?.close()
    link.set('connecting')
  }
}
