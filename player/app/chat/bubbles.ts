// Merges messages from the socket, from polling and from the form into one list. Pure functions.
import type { Message } from '../types.ts'

export interface Bubble {
  key: string
  /** 0 until the server has acknowledged the message. */
  id: number
  isOwn: boolean
  content: string
  time: number
  state: 'sent' | 'sending' | 'failed'
}

/** Adds messages, ignoring those already in the list. An own message replaces the bubble that was shown while
 * sending. */
export function merge(bubbles: Bubble[], messages: Message[], viewerId: number): Bubble[] {
  const knownIds = new Set(bubbles.map((bubble) => bubble.id))
  const merged = [...bubbles]
  for (const { id, from_user_id, content, create_time } of messages) {
    if (knownIds.has(id)) continue
    knownIds.add(id)
    const isOwn = from_user_id === viewerId
    const pendingIndex = isOwn ? merged.findIndex((old) => old.id === 0 && old.isOwn && old.content === content) : -1
    const key = pendingIndex >= 0 ? merged[pendingIndex]!.key : `message ${id}`
    const bubble: Bubble = { key, id, isOwn, content, time: create_time, state: 'sent' }
    if (pendingIndex >= 0) merged[pendingIndex] = bubble
    else merged.push(bubble)
  }
  return merged.sort(inOrder)
}

/** Messages without an id come last, in the order they were written. */
function inOrder(a: Bubble, b: Bubble): number {
  if (a.id === 0 || b.id === 0) return a.id === b.id ? 0 : a.id === 0 ? 1 : -1
  return a.time - b.time || a.id - b.id
}
