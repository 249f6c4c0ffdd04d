// How messages that arrive by several ways become one list. Pure functions.
import type { Message } from '../types.ts'

export interface Bubble {
  key: string
  /** 0 until the server has told it. */
  id: number
  isOwn: boolean
  content: string
  time: number
  state: 'sent' | 'sending' | 'failed'
}

/** A message that is known already changes nothing; one's own takes the place of the bubble that was waiting for it. */
export function merge(bubbles: Bubble[], messages: Message[], viewerId: number): Bubble[] {
  const known = new Set(bubbles.map((bubble) => bubble.id))
  const merged = [...bubbles]
  for (const { id, from_user_id, content, create_time } of messages) {
    if (known.has(id)) continue
    known.add(id)
    const isOwn = from_user_id === viewerId
    const waiting = isOwn ? merged.findIndex((one) => one.id === 0 && one.isOwn && one.content === content) : -1
    const key = waiting >= 0 ? merged[waiting]!.key : `message ${id}`
    const bubble: Bubble = { key, id, isOwn, content, time: create_time, state: 'sent' }
    if (waiting >= 0) merged[waiting] = bubble
    else merged.push(bubble)
  }
  return merged.sort(inOrder)
}

/** What the server does not know yet stands last, as it was written. */
function inOrder(a: Bubble, b: Bubble): number {
  if (a.id === 0 || b.id === 0) return a.id === b.id ? 0 : a.id === 0 ? 1 : -1
  return a.time - b.time || a.id - b.id
}
