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

/** Until the worker has all it keeps and answers for this page's next visit. */
const installed = (page: Page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    if (active?.state !== 'activated')
      await new Promise<void>((resolve) =>
        active?.addEventListener('statechange', () => active.state === 'activated' && resolve()),
      )
  })
const keptPaths = (page: Page) =>
  page.evaluate(async () => {
    const caches = await Promise.all((await window.caches.keys()).map((name) => window.caches.open(name)))
    const requests = (await Promise.all(caches.map((cache) => cache.keys()))).flat()
    return requests.map(({ url }) => new URL(url).pathname).toSorted()
  })

for (const look of looks) {
  // Skipped where there is no chromium to be had, which chromium.ts says aloud; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} the player opens without a network, says what happens, and goes on by itself afterwards`,
    async () => {
      await using visited = await visit({ browser, stack: api.stack } as Stage, look)
      visited.forgive(/ERR_INTERNET_DISCONNECTED/)
      const { page, text, base } = visited
      await page.goto(base)
      await installed(page)
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

test.skipIf(!hasChromium)(
  'the browser finds nothing against installing it',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[1]!)
    await visited.page.goto(visited.base)
    await installed(visited.page)
    const { installabilityErrors } = await visited.cdp.send('Page.getInstallabilityErrors')
    // Test windows are private ones, from which nothing is installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
  },
  60_000,
)

test.skipIf(!hasChromium)(
  'what is kept is the page with its files, never an answer of the API, a film or a cover',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[0]!)
    const { page, base } = visited
    await page.goto(base)
    await installed(page)
    // Now that the worker sees every request.
    await page.reload()
    expect((await watchFilm(page)).seconds).toBeGreaterThan(0)
    await page.goto(`${base}/u/1`)
    await page.locator('.cell img').waitFor()
    expect(await keptPaths(page)).toEqual(
      Object.keys(texts)
        .filter((path) => path !== '/worker.js')
        .toSorted(),
    )
  },
  60_000,
)

test.skipIf(!hasChromium)(
  'a new release is there at the next visit, and the old one is forgotten',
  async () => {
    // The same server after an update: another page, and so another worker.
    let release = 'one'
    await using server = Bun.serve({
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        const answer = await fetch(api.stack.base + pathname + search)
        const body = await answer.arrayBuffer()
        const isOurs = pathname === '/' || pathname === '/worker.js'
        const text = () => new TextDecoder().decode(body).replace('<html', `<html data-release="${release}"`)
        const headers = { 'content-type': answer.headers.get('content-type') ?? '', 'cache-control': 'no-cache' }
        const shown = isOurs ? text().replaceAll(/shell-\w+/g, `shell-${release}`) : body
        return new Response(shown, { status: answer.status, headers })
      },
    })
    const base = `http://127.0.0.1:${server.port}`
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[1]!, { base })
    const { page } = visited
    const shown = () => page.evaluate(() => document.documentElement.dataset.release)
    await page.goto(base)
    await installed(page)
    expect(await shown()).toBe('one')
    release = 'two'
    await page.reload()
    expect(await shown()).toBe('two')
    await until(async () => (await page.evaluate(() => caches.keys())).join() === 'shell-two', waitMs)
    await page.context().setOffline(true)
    visited.forgive(/ERR_INTERNET_DISCONNECTED/)
    await page.reload()
    expect(await shown()).toBe('two')
  },
  60_000,
)
