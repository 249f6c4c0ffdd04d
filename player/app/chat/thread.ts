import { ApiError, get, post } from '../api.ts'
import { explain } from '../explain.ts'
import { randomId } from '../random-id.ts'
import { viewer } from '../session.ts'
import { type Store, store } from '../store.ts'
import type { Message } from '../types.ts'
import { type Bubble, merge } from './bubbles.ts'

export interface ThreadState {
  bubbles: Bubble[]
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** The cursor of the page of earlier messages; empty when there are none. */
  earlier: string
}

export interface Thread extends Store<ThreadState> {
  load(): Promise<void>
  loadEarlier(): Promise<void>
  /** Loads the newest messages again and merges them. */
  catchUp(): Promise<void>
  receive(message: Message): void
  send(content: string): Promise<void>
  retry(key: string): Promise<void>
}

const pageSize = 40

/** The conversation with one user. */
export function openThread(otherId: number): Thread {
  const thread = store<ThreadState>({ bubbles: [], state: 'loading', problem: '', earlier: '' })

  async function page(cursor?: string): Promise<string> {
    const fields = { to_user_id: otherId, limit: pageSize, cursor }
    const answer = await get<{ message_list: Message[]; next_cursor?: string }>('/message/chat/', fields)
    add(answer.message_list)
    return answer.next_cursor ?? ''
  }

  function add(messages: Message[]): void {
    const viewerId = viewer.value?.id ?? 0
    thread.update((now) => ({ ...now, bubbles: merge(now.bubbles, messages, viewerId) }))
  }

  function mark(key: string, state: Bubble['state']): void {
    const change = (bubble: Bubble) => (bubble.key === key && bubble.id === 0 ? { ...bubble, state } : bubble)
    thread.update((now) => ({ ...now, bubbles: now.bubbles.map(change) }))
  }

  async function deliver(key: string, content: string): Promise<void> {
    mark(key, 'sending')
    try {
      // A browser may resend a request whose connection was lost. The idempotency key keeps it one message.
      await post('/message/action/', { to_user_id: otherId, action_type: 1, content, send_id: key })
      mark(key, 'sent')
    } catch (error) {
      mark(key, 'failed')
      throw error
    }
  }

  const find = (key: string) => thread.value.bubbles.find((bubble) => bubble.key === key)

  // The store is the prototype, so that `value` stays its getter.
  return Object.assign(Object.create(thread) as Store<ThreadState>, {
    async load() {
      thread.update((now) => ({ ...now, state: now.bubbles.length > 0 ? 'ready' : 'loading' }))
      try {
        const earlier = await page()
        thread.update((now) => ({ ...now, state: 'ready', problem: '', earlier: now.earlier || earlier }))
      } catch (error) {
        thread.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
      }
    },
    async loadEarlier() {
      const earlier = await page(thread.value.earlier)
      thread.update((now) => ({ ...now, earlier }))
    },
    async catchUp() {
      await page()
    },
    receive: (message: Message) => add([message]),
    async send(content: string) {
      const key = randomId()
      const bubble: Bubble = { key, id: 0, isOwn: true, content, time: Date.now(), state: 'sending' }
      thread.update((now) => ({ ...now, bubbles: [...now.bubbles, bubble] }))
      await deliver(key, content)
    },
    async retry(key: string) {
      mark(key, 'sending')
      try {
        // The message may have been stored although the answer was lost.
        await page()
      } catch (error) {
        mark(key, 'failed')
        throw error instanceof ApiError ? error : new ApiError('offline', '')
      }
      const bubble = find(key)
      if (bubble?.id === 0) await deliver(key, bubble.content)
    },
  })
}
