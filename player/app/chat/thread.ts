import { get, post, Refusal } from '../api.ts'
import { explain } from '../explain.ts'
import { randomId } from '../random-id.ts'
import { viewer } from '../session.ts'
import { type Store, store } from '../store.ts'
import type { Message } from '../types.ts'
import { type Bubble, merge } from './bubbles.ts'

export interface ThreadState {
  bubbles: Bubble[]
  state: 'loading' | 'there' | 'failed'
  problem: string
  /** What asks for earlier messages; empty when there are none. */
  earlier: string
}

export interface Thread extends Store<ThreadState> {
  load(): Promise<void>
  loadEarlier(): Promise<void>
  /** The newest messages again; what is known stays. */
  catchUp(): Promise<void>
  receive(message: Message): void
  send(content: string): Promise<void>
  retry(key: string): Promise<void>
}

const pageSize = 40

/** The conversation with one person. */
export function openThread(otherId: number): Thread {
  const kept = store<ThreadState>({ bubbles: [], state: 'loading', problem: '', earlier: '' })

  async function page(cursor?: string): Promise<string> {
    const fields = { to_user_id: otherId, limit: pageSize, cursor }
    const answer = await get<{ message_list: Message[]; next_cursor?: string }>('/message/chat/', fields)
    take(answer.message_list)
    return answer.next_cursor ?? ''
  }

  function take(messages: Message[]): void {
    const viewerId = viewer.value?.id ?? 0
    kept.update((now) => ({ ...now, bubbles: merge(now.bubbles, messages, viewerId) }))
  }

  function mark(key: string, state: Bubble['state']): void {
    const change = (one: Bubble) => (one.key === key && one.id === 0 ? { ...one, state } : one)
    kept.update((now) => ({ ...now, bubbles: now.bubbles.map(change) }))
  }

  async function deliver(key: string, content: string): Promise<void> {
    mark(key, 'sending')
    try {
      // A browser itself sends again what was cut: by its key it is one message all the same.
      await post('/message/action/', { to_user_id: otherId, action_type: 1, content, send_id: key })
      mark(key, 'sent')
    } catch (error) {
      mark(key, 'failed')
      throw error
    }
  }

  const find = (key: string) => kept.value.bubbles.find((one) => one.key === key)

  // On top of the store, so that `value` stays the store's own getter.
  return Object.assign(Object.create(kept) as Store<ThreadState>, {
    async load() {
      kept.update((now) => ({ ...now, state: now.bubbles.length > 0 ? 'there' : 'loading' }))
      try {
        const earlier = await page()
        kept.update((now) => ({ ...now, state: 'there', problem: '', earlier: now.earlier || earlier }))
      } catch (error) {
        kept.update((now) => ({ ...now, state: 'failed', problem: explain(error) }))
      }
    },
    async loadEarlier() {
      const earlier = await page(kept.value.earlier)
      kept.update((now) => ({ ...now, earlier }))
    },
    async catchUp() {
      await page()
    },
    receive: (message: Message) => take([message]),
    async send(content: string) {
      const key = randomId()
      const bubble: Bubble = { key, id: 0, isOwn: true, content, time: Date.now(), state: 'sending' }
      kept.update((now) => ({ ...now, bubbles: [...now.bubbles, bubble] }))
      await deliver(key, content)
    },
    async retry(key: string) {
      mark(key, 'sending')
      try {
        // It may have arrived although its answer was lost.
        await page()
      } catch (error) {
        mark(key, 'failed')
        throw error instanceof Refusal ? error : new Refusal('offline', '')
      }
      const bubble = find(key)
      if (bubble?.id === 0) await deliver(key, bubble.content)
    },
  })
}
