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

// Skipped where there is no chromium to be had, which chromium.ts says aloud; CI installs it.
test.skipIf(!hasChromium)(
  'a socket that opens and is closed at once, since user-srv is away, is opened ever less often',
  async () => {
    const { token } = await api.person()
    const look = { size: 'desktop', scheme: 'light', language: 'en' } as const
    const visited = await visit({ browser, stack: api.stack } as Stage, look, { token })
    visited.forgive(/WebSocket|Failed to load resource/)
    const opened: number[] = []
    visited.page.on('websocket', () => opened.push(performance.now()))
    const { page } = visited
    await page.addInitScript(() => {
      const mine = Object.assign(window, { sockets: [] as WebSocket[] })
      window.WebSocket = class extends WebSocket {
        constructor(url: string | URL) {
          super(url)
          mine.sockets.push(this)
        }
      }
    })
    await page.goto(`${api.stack.base}/chat`)
    await page.waitForFunction(() => (window as unknown as { sockets: WebSocket[] }).sockets[0]?.readyState === 1)
    const user = api.stack.processes['user-srv']
    user.kill('SIGKILL')
    await user.exited
    // One that is open stays so; the next one is ended by the server.
    await page.evaluate(() => (window as unknown as { sockets: WebSocket[] }).sockets[0]?.close())
    await Bun.sleep(20_000)
    const pauses = opened.slice(1).map((at, i) => at - opened[i]!)
    expect(Math.max(...pauses)).toBeGreaterThan(3000)
    await page.context().close()
  },
  60_000,
)
