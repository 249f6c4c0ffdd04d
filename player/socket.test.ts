import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import type { Stage } from '../test/browser/stage.ts'
import { visit } from '../test/browser/visit.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'

let api: Api
let browser: Browser
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser] = await Promise.all([startTestApi(), launch()])
}, startLimitMs)
afterAll(async () => {
  if (!hasChromium) return
  await Promise.all([browser.close(), api.close()])
})

// Skipped without Chromium, which chromium.ts reports; CI installs it.
test.skipIf(!hasChromium)(
  'while the server closes each new socket at once, since user-srv is down, the client backs off',
  async () => {
    const { token } = await api.person()
    const look = { size: 'desktop', scheme: 'light', language: 'en' } as const
    const visited = await visit({ browser, stack: api.stack } as Stage, look, { token })
    visited.forgive(/WebSocket|Failed to load resource/)
    const openedAtMs: number[] = []
    visited.page.on('websocket', () => openedAtMs.push(performance.now()))
    const { page } = visited
    await page.addInitScript(() => {
      const recorder = Object.assign(window, { sockets: [] as WebSocket[] })
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL) {
          super(url)
          recorder.sockets.push(this)
        }
      }
    })
    await page.goto(`${api.stack.base}/chat`)
    await page.waitForFunction(() => (window as unknown as { sockets: WebSocket[] }).sockets[0]?.readyState === 1)
    const user = api.stack.processes['user-srv']
    user.kill('SIGKILL')
    await user.exited
    // The server keeps the socket that is open, so the test closes it. The server closes the next ones.
    await page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets[0]?.close())
    await Bun.sleep(20_000)
    const pausesMs = openedAtMs.slice(1).map((ms, i) => ms - openedAtMs[i]!)
    expect(Math.max(...pausesMs)).toBeGreaterThan(3000)
    await page.context().close()
  },
  60_000,
)
