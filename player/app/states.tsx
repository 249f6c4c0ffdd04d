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

/** Shown in place of content: the list is empty, or loading failed. */
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
  const isUnreachable = [text.problems.offline, ...Object.values(text.problems.away)].includes(problem)
  useAutoRetry(isUnreachable, onRetry)
  return (
    <Notice icon="warning" title={problem} hint={isUnreachable ? text.awayHint : ''}>
      <button type="button" class="button" onClick={onRetry}>
        {text.retry}
      </button>
    </Notice>
  )
}

const healthCheckIntervalMs = 4000

/** Retries once the server answers /healthz again. It polls, since navigator.onLine is unreliable. */
function useAutoRetry(isUnreachable: boolean, retry: () => void): void {
  const latest = useRef(retry)
  latest.current = retry
  useEffect(() => {
    if (!isUnreachable) return
    const check = () => {
      if (document.hidden) return
      fetch('/healthz', { cache: 'no-store' }).then(
        ({ ok }) => ok && latest.current(),
        () => {},
      )
    }
    const timer = setInterval(check, healthCheckIntervalMs)
    addEventListener('online', check)
    return () => {
      clearInterval(timer)
      removeEventListener('online', check)
    }
  }, [isUnreachable])
}

export function Spinner(): JSX.Element {
  const text = useStore(words)
  return <div class="spinner" role="status" aria-label={text.loading} />
}

/** The end of a paged list: a button for the next page, a spinner, or the error. */
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
