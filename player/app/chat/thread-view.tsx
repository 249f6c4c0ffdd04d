import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { get } from '../api.ts'
import { Avatar } from '../avatar.tsx'
import { Icon } from '../icons.tsx'
import { shortTime, words } from '../language.ts'
import { useLoaded } from '../loaded.ts'
import { viewer } from '../session.ts'
import { Failed, Notice, Spinner } from '../states.tsx'
import { useStore } from '../store.ts'
import { toastProblem } from '../toast.ts'
import type { User } from '../types.ts'
import type { Bubble } from './bubbles.ts'
import { link, markRead, threadWith, watch } from './inbox.ts'

export function ThreadView({ otherId }: { otherId: number }): JSX.Element {
  const text = useStore(words)
  const me = useStore(viewer)
  const state = useStore(link)
  const { now } = useLoaded(() => get<{ user: User }>('/user/', { user_id: otherId }), [otherId])
  const other = now.state === 'ready' ? now.value.user : undefined
  return (
    <section class="talk" aria-label={other?.name ?? text.chat}>
      <header class="talk-head">
        <a class="icon-button only-narrow" href="/chat" aria-label={text.back}>
          <Icon name="back" />
        </a>
        {other && (
          <a href={`/u/${otherId}`} class="talk-name">
            <Avatar user={other} size={36} />
            <h1 dir="auto">{other.name}</h1>
          </a>
        )}
        {state === 'connecting' && <span class="quiet talk-link">{text.connecting}</span>}
      </header>
      {/* Own messages can be told apart only when the viewer is known. */}
      {me && <Messages otherId={otherId} />}
      <Writer otherId={otherId} />
    </section>
  )
}

function Messages({ otherId }: { otherId: number }): JSX.Element {
  const text = useStore(words)
  const thread = threadWith(otherId)
  const { bubbles, state, problem, earlier } = useStore(thread)
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const last = bubbles.at(-1)
  const lastReceived = bubbles.findLast((bubble) => !bubble.isOwn)

  useEffect(() => {
    void thread.load()
    return watch(otherId)
  }, [otherId])
  useEffect(() => {
    if (!lastReceived) return
    const read = () => !document.hidden && markRead(otherId, lastReceived.time)
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [lastReceived?.id])
  useLayoutEffect(() => {
    if (box.current && (isAtEnd.current || last?.state === 'sending')) box.current.scrollTop = box.current.scrollHeight
  }, [bubbles.length, last?.key, last?.state])

  async function loadEarlier(): Promise<void> {
    const before = box.current?.scrollHeight ?? 0
    await thread.loadEarlier().catch(toastProblem)
    requestAnimationFrame(() => box.current?.scrollBy(0, box.current.scrollHeight - before))
  }
  const onScroll = () => {
    const { current } = box
    if (current) isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < 80
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <div class="messages" ref={box} onScroll={onScroll} role="log" tabIndex={0} aria-label={text.chat}>
      {state === 'loading' && <Spinner />}
      {state === 'failed' && <Failed problem={problem} onRetry={() => void thread.load()} />}
      {state === 'ready' && bubbles.length === 0 && <Notice icon="chat" title={text.sayHello} />}
      {earlier && state === 'ready' && (
        <button type="button" class="button small earlier" onClick={() => void loadEarlier()}>
          {text.earlier}
        </button>
      )}
      {bubbles.map((bubble, i) => (
        <BubbleView
          key={bubble.key}
          bubble={bubble}
          isFirst={bubble.time - (bubbles[i - 1]?.time ?? 0) > pauseMs}
          onRetry={() => void thread.retry(bubble.key).catch(toastProblem)}
        />
      ))}
    </div>
  )
}

/** The time is shown above a message that follows a longer pause than this. */
const pauseMs = 10 * 60_000

interface BubbleProps {
  bubble: Bubble
  isFirst: boolean
  onRetry(): void
}

function BubbleView({ bubble: { content, isOwn, state, time }, isFirst, onRetry }: BubbleProps): JSX.Element {
  const text = useStore(words)
  return (
    <>
      {isFirst && <time class="pause quiet">{shortTime(time)}</time>}
      <div class={`bubble ${isOwn ? 'own' : ''} ${state}`}>
        <p dir="auto">{content}</p>
      </div>
      {state === 'failed' && (
        <p class="bubble-problem">
          {text.notSent} ·{' '}
          <button type="button" class="text-button" onClick={onRetry}>
            {text.retry}
          </button>
        </p>
      )}
    </>
  )
}

function Writer({ otherId }: { otherId: number }): JSX.Element {
  const text = useStore(words)
  const [draft, setDraft] = useState('')
  function send(event: Event): void {
    event.preventDefault()
    const content = draft.trim()
    if (!content) return
    setDraft('')
    const thread = threadWith(otherId)
    const sent = thread.send(content)
    // The socket delivers own messages with their ids. Without it they are fetched.
    sent.then(() => (link.value === 'live' ? undefined : thread.catchUp())).catch(toastProblem)
  }
  return (
    <form class="writer" onSubmit={send}>
      <input
        class="field"
        value={draft}
        maxLength={1000}
        placeholder={text.writeMessage}
        aria-label={text.writeMessage}
        enterkeyhint="send"
        autoComplete="off"
        onInput={(event) => setDraft(event.currentTarget.value)}
      />
      <button type="submit" class="icon-button accent" aria-label={text.send} disabled={!draft.trim()}>
        <Icon name="send" />
      </button>
    </form>
  )
}
