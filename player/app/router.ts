import { store } from './store.ts'

/** The current path, without its query. */
export const path = store(location.pathname)

/** Counts clicks on links to the current path, which ask for the page to be refreshed. */
export const samePathClicks = store(0)

let onForward = (_: string) => {}
/** Sets the listener for forward navigation, on which cached lists are dropped. Going back keeps them. */
export function onForwardNavigation(action: (to: string) => void): void {
  onForward = action
}

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to)
  else {
    history.pushState(null, '', to)
    onForward(location.pathname)
    scrollTo(0, 0)
  }
  path.set(location.pathname)
}

/** Changes the URL without changing the page shown. */
export function replacePath(to: string): void {
  history.replaceState(null, '', to)
}

/** Handles plain clicks on links within the site. All other clicks are left to the browser. */
export function startRouter(): void {
  addEventListener('popstate', () => path.set(location.pathname))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (/^\/(douyin|static|docs|openapi)/.test(link.pathname)) return
    event.preventDefault()
    if (link.pathname === location.pathname) samePathClicks.update((count) => count + 1)
    else navigate(link.pathname + link.search)
  })
}
