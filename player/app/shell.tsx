import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Avatar } from './avatar.tsx'
import { unreadCount } from './chat/inbox.ts'
import { ConfirmDialog } from './dialog.tsx'
import { HelpDialogs, showSettings } from './help.tsx'
import { Icon, type IconName, Mark } from './icons.tsx'
import { words } from './language.ts'
import { viewer } from './session.ts'
import { ShareDialog } from './share.tsx'
import { useStore } from './store.ts'
import { dismiss, toasts } from './toast.ts'
import { token } from './token.ts'

interface ShellProps {
  path: string
  /** The page is a reel, which fills the screen from edge to edge. */
  isReel: boolean
  isFixed: boolean
  children: ComponentChildren
}

export function Shell({ path, isReel, isFixed, children }: ShellProps): JSX.Element {
  const text = useStore(words)
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    // Keyboard and screen-reader users continue at the start of the new page.
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [path])
  return (
    <div class={`shell ${isReel ? 'with-reel' : ''} ${isFixed ? 'fixed' : ''}`}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {text.skip}
      </button>
      <Navigation path={path} />
      <main id="main" ref={main} tabIndex={-1}>
        {isReel && (path === '/' || path === '/following') && <Tabs path={path} />}
        {children}
      </main>
      <Offline />
      <Toasts />
      <ShareDialog />
      <HelpDialogs />
      <ConfirmDialog />
    </div>
  )
}

function Tabs({ path }: { path: string }): JSX.Element {
  const text = useStore(words)
  return (
    <nav class="tabs" aria-label={text.home}>
      <a href="/following" aria-current={path === '/following' ? 'page' : undefined}>
        {text.following}
      </a>
      <a href="/" aria-current={path === '/' ? 'page' : undefined}>
        {text.forYou}
      </a>
    </nav>
  )
}

function Navigation({ path }: { path: string }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const me = useStore(viewer)
  const unread = useStore(unreadCount)
  const link = (href: string, icon: IconName, label: string, extra?: ComponentChildren, className = '') => (
    <a
      href={href}
      class={`nav-link ${className}`}
      aria-current={path === href || (href === '/chat' && path.startsWith('/chat/')) ? 'page' : undefined}
    >
      <span class="nav-icon">
        {href === '/me' && me ? <Avatar user={me} size={26} /> : <Icon name={icon} />}
        {extra}
      </span>
      <span class="nav-label">{label}</span>
    </a>
  )
  const badge = unread > 0 && (
    <span class="badge">
      <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
      <span class="hidden">{text.unread(unread)}</span>
    </span>
  )
  return (
    <nav class="navigation" aria-label={text.name}>
      <a href="/" class="brand">
        <Mark />
        <span>{text.name}</span>
      </a>
      {link('/', 'home', text.home)}
      {link('/following', 'following', text.following, undefined, 'only-wide')}
      {link('/upload', 'plus', text.upload, undefined, 'nav-upload')}
      {link('/chat', 'chat', text.chat, badge)}
      {sessionToken ? link('/me', 'me', text.me) : link('/login', 'me', text.signIn)}
      <button type="button" class="nav-link only-wide nav-settings" onClick={showSettings}>
        <span class="nav-icon">
          <Icon name="settings" />
        </span>
        <span class="nav-label">{text.settings}</span>
      </button>
    </nav>
  )
}

function Offline(): JSX.Element | null {
  const text = useStore(words)
  const [isOffline, setOffline] = useState(!navigator.onLine)
  useEffect(() => {
    const update = () => setOffline(!navigator.onLine)
    addEventListener('online', update)
    addEventListener('offline', update)
    return () => {
      removeEventListener('online', update)
      removeEventListener('offline', update)
    }
  }, [])
  return isOffline ? (
    <p class="offline" role="status">
      {text.offline}
    </p>
  ) : null
}

function Toasts(): JSX.Element {
  const shown = useStore(toasts)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Shown as a popover again, so that toasts are above a dialog opened since.
    const popover = box.current
    if (!popover?.showPopover) return
    if (popover.matches(':popover-open')) popover.hidePopover()
    if (shown.length > 0) popover.showPopover()
  }, [shown])
  return (
    <div class="toasts" role="status" aria-live="polite" popover="manual" ref={box}>
      {shown.map(({ id, text, kind, action }) => (
        <div key={id} class={`toast ${kind}`}>
          <button type="button" class="toast-text" onClick={() => dismiss(id)}>
            {text}
          </button>
          {action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                dismiss(id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
