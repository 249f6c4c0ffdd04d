import { store } from './store.ts'

/** Where we are: the path without its query. */
export const path = store(location.pathname)

/** Counts clicks on a link to where one is already: who asks for it again wants it fresh. */
export const repeats = store(0)

/** Called on a move forward: what it shows is asked for anew, while going back finds it as it was. */
let onMove = (_: string) => {}
export function whenMoving(action: (to: string) => void): void {
  onMove = action
}

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to)
  else {
    history.pushState(null, '', to)
    onMove(location.pathname)
    scrollTo(0, 0)
  }
  path.set(location.pathname)
}

/** Changes the address alone: what is shown stays. */
export function rename(to: string): void {
  history.replaceState(null, '', to)
}

/** Follows plain links within the page; all others are the browser's. */
export function startRouter(): void {
  addEventListener('popstate', () => path.set(location.pathname))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (/^\/(douyin|static|docs|openapi)/.test(link.pathname)) return
    event.preventDefault()
    if (link.pathname === location.pathname) repeats.update((count) => count + 1)
    else navigate(link.pathname + link.search)
  })
}
