// The service worker: it keeps the page itself, its script, style and icons, so that the player opens without a network
// and says so. What the API answers, and films, it never touches.

export {}

/** Put in by build.ts: what to keep, and a name that changes with any of it. */
declare const shellFiles: string[]
declare const shellName: string

interface Route {
  condition: { urlPattern: string }
  source: 'network'
}
interface Installing extends Event {
  waitUntil(work: Promise<unknown>): void
  /** Not in every browser yet. */
  addRoutes?(routes: Route[]): Promise<void>
}
interface Asking extends Installing {
  request: Request
  preloadResponse: Promise<Response | undefined>
  respondWith(answer: Promise<Response>): void
}
interface Scope {
  addEventListener(name: 'install' | 'activate', listener: (event: Installing) => void): void
  addEventListener(name: 'fetch', listener: (event: Asking) => void): void
  skipWaiting(): Promise<void>
  registration: { navigationPreload?: { enable(): Promise<void> } }
}
declare const self: Scope

/** A server that does not even begin to answer is as good as none. */
const patienceMs = 8000

/** Of these the worker has nothing, so where it can be said they do not wake it. */
const notOurs = ['/douyin/*', '/static/*', '/docs*', '/openapi.json']

self.addEventListener('install', (event) => {
  // Asked for anew: what the browser still has may be of another release.
  const requests = shellFiles.map((path) => new Request(path, { cache: 'no-cache' }))
  const keep = caches.open(shellName).then((cache) => cache.addAll(requests))
  // The page of before has all it needs already, so nobody has to wait until it is closed.
  event.waitUntil(keep.then(() => self.skipWaiting()))
  const bypass = notOurs.map((urlPattern): Route => ({ condition: { urlPattern }, source: 'network' }))
  event.addRoutes?.(bypass).catch(() => {})
})

self.addEventListener('activate', (event) => {
  const forget = async () => {
    const names = await caches.keys()
    await Promise.all(names.filter((name) => name !== shellName).map((name) => caches.delete(name)))
    await self.registration.navigationPreload?.enable()
  }
  event.waitUntil(forget())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || isNotOurs(pathname)) return
  if (request.mode === 'navigate') event.respondWith(newestPage(event))
  else if (pathname !== '/' && shellFiles.includes(pathname)) event.respondWith(kept(request, pathname))
})

const isNotOurs = (path: string) => notOurs.some((one) => path.startsWith(one.replace(/\/?\*$/, '')))

/** Whatever a browser says it takes: compression is undone by now. */
const asKept = { ignoreVary: true }

/** From the network, which has the newest; the one that is kept only where there is none. */
async function newestPage({ request, preloadResponse }: Asking): Promise<Response> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(reject, patienceMs)
  try {
    const asked = preloadResponse.then((early) => early ?? fetch(request))
    return await Promise.race([asked, late])
  } catch {
    return (await caches.match('/', asKept)) ?? Response.error()
  } finally {
    clearTimeout(timer)
  }
}

async function kept(request: Request, path: string): Promise<Response> {
  return (await caches.match(path, asKept)) ?? fetch(request)
}
