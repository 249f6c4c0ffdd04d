// The service worker. It caches the page, its script, style and icons, so that the player opens offline and says so.
// It never handles API requests or media.

export {}

/** Defined by build.ts: the paths to cache, and a cache name that changes with the content of any of them. */
declare const shellFiles: string[]
declare const shellName: string

interface Route {
  condition: { urlPattern: string }
  source: 'network'
}
interface LifecycleEvent extends Event {
  waitUntil(work: Promise<unknown>): void
  /** Not in every browser yet. */
  addRoutes?(routes: Route[]): Promise<void>
}
interface RequestEvent extends LifecycleEvent {
  request: Request
  preloadResponse: Promise<Response | undefined>
  respondWith(answer: Promise<Response>): void
}
interface Scope {
  addEventListener(name: 'install' | 'activate', listener: (event: LifecycleEvent) => void): void
  addEventListener(name: 'fetch', listener: (event: RequestEvent) => void): void
  skipWaiting(): Promise<void>
  registration: { navigationPreload?: { enable(): Promise<void> } }
}
declare const self: Scope

/** If the server has not begun to answer after this long, the cached page is shown. */
const navigationTimeoutMs = 8000

/** Paths that are never cached. Browsers with static routing do not even start the worker for them. */
const bypassedPaths = ['/douyin/*', '/static/*', '/docs*', '/openapi.json']

self.addEventListener('install', (event) => {
  // Not from the browser's HTTP cache, which may hold files of another release.
  const requests = shellFiles.map((path) => new Request(path, { cache: 'no-cache' }))
  const cached = caches.open(shellName).then((cache) => cache.addAll(requests))
  // Pages of the previous release have loaded all their files, so this worker need not wait until they are closed.
  event.waitUntil(cached.then(() => self.skipWaiting()))
  const bypass = bypassedPaths.map((urlPattern): Route => ({ condition: { urlPattern }, source: 'network' }))
  event.addRoutes?.(bypass).catch(() => {})
})

self.addEventListener('activate', (event) => {
  const deleteOldCaches = async () => {
    const names = await caches.keys()
    await Promise.all(names.filter((name) => name !== shellName).map((name) => caches.delete(name)))
    await self.registration.navigationPreload?.enable()
  }
  event.waitUntil(deleteOldCaches())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || isBypassed(pathname)) return
  if (request.mode === 'navigate') event.respondWith(newestPage(event))
  else if (pathname !== '/' && shellFiles.includes(pathname)) event.respondWith(cachedFile(request, pathname))
})

const isBypassed = (path: string) => bypassedPaths.some((pattern) => path.startsWith(pattern.replace(/\/?\*$/, '')))

/** Cached bodies are decompressed, so `Vary: Accept-Encoding` does not apply to them. */
const matchOptions = { ignoreVary: true }

/** Returns the page from the network, which has the newest release. If the network fails, the cached page is
 * returned. */
async function newestPage({ request, preloadResponse }: RequestEvent): Promise<Response> {
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, navigationTimeoutMs)
  try {
    const response = preloadResponse.then((preloaded) => preloaded ?? fetch(request))
    return await Promise.race([response, timeout])
  } catch {
    return (await caches.match('/', matchOptions)) ?? Response.error()
  } finally {
    clearTimeout(timer)
  }
}

async function cachedFile(request: Request, path: string): Promise<Response> {
  return (await caches.match(path, matchOptions)) ?? fetch(request)
}
