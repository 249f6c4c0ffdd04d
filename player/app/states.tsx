import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icons.tsx'
import { words } from './language.ts'
import type { Listing } from './pager.ts'
import { useStore } from './store.ts'

interface NoticeProps {
  icon: IconName
  title: string
  hint?: string
  children?: ComponentChildren
}

/** Stands where content would: nothing there, or nothing reached. */
export function Notice({ icon, title, hint, children }: NoticeProps): JSX.Element {
  return (
    <div class="notice">
      <span class="notice-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  )
}

export function Failed({ problem, onRetry }: { problem: string; onRetry(): void }): JSX.Element {
  const text = useStore(words)
  const isAway = [text.problems.offline, ...Object.values(text.problems.away)].includes(problem)
  useComeback(isAway, onRetry)
  return (
    <Notice icon="warning" title={problem} hint={isAway ? text.awayHint : ''}>
      <button type="button" class="button" onClick={onRetry}>
        {text.retry}
      </button>
    </Notice>
  )
}

const comebackMs = 4000

/** Goes on by itself once the server answers again; whether there is a network at all, browsers know badly. */
function useComeback(isAway: boolean, goOn: () => void): void {
  const latest = useRef(goOn)
  latest.current = goOn
  useEffect(() => {
    if (!isAway) return
    const look = () => {
      if (document.hidden) return
      fetch('/healthz', { cache: 'no-store' }).then(
        ({ ok }) => ok && latest.current(),
        () => {},
      )
    }
    const timer = setInterval(look, comebackMs)
    addEventListener('online', look)
    return () => {
      clearInterval(timer)
      removeEventListener('online', look)
    }
  }, [isAway])
}

export function Spinner(): JSX.Element {
  const text = useStore(words)
  return <div class="spinner" role="status" aria-label={text.loading} />
}

/** The end of a paged list: what comes next, or why it does not. */
export function ListFoot({ listing, more }: { listing: Listing<unknown>; more(): void }): JSX.Element | null {
  const text = useStore(words)
  if (listing.state === 'failed') {
    return (
      <p class="list-foot" role="alert">
        {listing.problem}{' '}
        <button type="button" class="button small" onClick={more}>
          {text.retry}
        </button>
      </p>
    )
  }
  if (listing.state === 'loading') return <Spinner />
  if (listing.state === 'end') return null
  return (
    <p class="list-foot">
      <button type="button" class="button small" onClick={more}>
        {text.more}
      </button>
    </p>
  )
}
