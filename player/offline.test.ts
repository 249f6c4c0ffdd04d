import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import { watchFilm } from '../test/browser/films.ts'
import type { Stage } from '../test/browser/stage.ts'
import { type Look, visit, waitMs } from '../test/browser/visit.ts'
import { success } from '../test/http/answers.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'
import { clip } from '../test/http/clips.ts'
import { until } from '../test/stack.ts'
import { texts } from '../web-srv/src/player.gen.ts'

let api: Api
let browser: Browser
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser] = await Promise.all([startTestApi(), launch()])
  const { token } = await api.person()
  success(await api.publish({ data: await clip('larger.mp4'), token, title: 'the only film' }))
}, startLimitMs)
afterAll(async () => {
  if (hasChromium) await Promise.all([browser.close(), api.close()])
})

const looks: Look[] = [
  { size: 'phone', scheme: 'dark', language: 'zh' },
  { size: 'desktop', scheme: 'light', language: 'en' },
]

/** Waits until the service worker has filled its cache and handles the next navigation. */
const workerActive = (page: Page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    if (active?.state !== 'activated')
      await new Promise<void>((resolve) =>
        active?.addEventListener('statechange', () => active.state === 'activated' && resolve()),
      )
  })
const cachedPaths = (page: Page) =>
  page.evaluate(async () => {
    const caches = await Promise.all((await window.caches.keys()).map((name) => window.caches.open(name)))
    const requests = (await Promise.all(caches.map((cache) => cache.keys()))).flat()
    return requests.map(({ url }) => new URL(url).pathname).toSorted()
  })

for (const look of looks) {
  // Skipped without Chromium, which chromium.ts reports; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} the player opens offline, says so, and continues by itself when the network is back`,
    async () => {
      await using visited = await visit({ browser, stack: api.stack } as Stage, look)
      visited.forgive(/ERR_INTERNET_DISCONNECTED/)
      const { page, text, base } = visited
      await page.goto(base)
      await workerActive(page)
      await page.context().setOffline(true)
      for (const path of ['/', '/u/1', '/v/1']) {
        await page.goto(base + path)
        await page.getByRole('heading', { name: text.problems.offline }).waitFor()
        await page.getByText(text.awayHint).waitFor()
        await page.getByRole('button', { name: text.retry }).waitFor()
      }
      await page.context().setOffline(false)
      await page.getByText('the only film').first().waitFor()
      expect(new URL(page.url()).pathname).toBe('/v/1')
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'the browser can install the player as an app',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[1]!)
    await visited.page.goto(visited.base)
    await workerActive(visited.page)
    const { installabilityErrors } = await visited.cdp.send('Page.getInstallabilityErrors')
    // Test windows are incognito, from which nothing can be installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'only the page and its files are cached, never an API answer, a video or a cover',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[0]!)
    const { page, base } = visited
    await page.goto(base)
    await workerActive(page)
    // After the reload the worker handles every request.
    await page.reload()
    expect((await watchFilm(page)).seconds).toBeGreaterThan(0)
    await page.goto(`${base}/u/1`)
    await page.locator('.cell img').waitFor()
    expect(await cachedPaths(page)).toEqual(
      Object.keys(texts)
        .filter((path) => path !== '/worker.js')
        .toSorted(),
    )
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a new release is shown at the next visit, and the cache of the old one is deleted',
  async () => {
    // A proxy that simulates an update of the server: another page, and so another worker script.
    let release = 'one'
    await using server = Bun.serve({
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        const answer = await fetch(api.stack.base + pathname + search)
        const body = await answer.arrayBuffer()
        const isPatched = pathname === '/' || pathname === '/worker.js'
        const text = () => new TextDecoder().decode(body).replace('<html', `<html data-release="${release}"`)
        const headers = { 'content-type': answer.headers.get('content-type') ?? '', 'cache-control': 'no-cache' }
        const patched = isPatched ? text().replaceAll(/shell-\w+/g, `shell-${release}`) : body
        return new Response(patched, { status: answer.status, headers })
      },
    })
    const base = `http://127.0.0.1:${server.port}`
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[1]!, { base })
    const { page } = visited
    const shownRelease = () => page.evaluate(() => document.documentElement.dataset.release)
    await page.goto(base)
    await workerActive(page)
    expect(await shownRelease()).toBe('one')
    release = 'two'
    await page.reload()
    expect(await shownRelease()).toBe('two')
    await until(async () => (await page.evaluate(() => caches.keys())).join() === 'shell-two', waitMs)
    await page.context().setOffline(true)
    visited.forgive(/ERR_INTERNET_DISCONNECTED/)
    await page.reload()
    expect(await shownRelease()).toBe('two')
  },
  60_000,
)
