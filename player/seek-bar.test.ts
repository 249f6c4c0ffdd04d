import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import { shown, watchFilm } from '../test/browser/films.ts'
import type { Stage } from '../test/browser/stage.ts'
import { looks, visit } from '../test/browser/visit.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'
import { clip } from '../test/http/clips.ts'
import { ffmpeg, makeFolder } from '../web-srv/src/media/clips.fixture.ts'

let api: Api
let browser: Browser
let folder: string
let file: string
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser, folder] = await Promise.all([startTestApi(), launch(), makeFolder()])
  const { play_url } = await api.video(await api.person(), 'the only film', await clip('larger.mp4'))
  file = new URL(play_url).pathname
  // As MediaRecorder writes it: without a duration and without an index.
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=240x426:d=6', '-f', 'lavfi', '-i', 'sine=d=6']
  const codecs = ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '300k', '-c:a', 'libopus']
  await ffmpeg(folder, ...source, ...codecs, '-f', 'webm', '-live', '1', 'live.webm')
}, startLimitMs)
afterAll(async () => {
  if (hasChromium) await Promise.all([browser.close(), api.close(), rm(folder, { recursive: true })])
})

const seekBar = (page: Page, name: string) => page.locator(shown).getByRole('slider', { name })
const secondsOf = (page: Page) => page.locator(`${shown} video`).evaluate((film: HTMLVideoElement) => film.currentTime)

for (const look of looks) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} a film of unknown length cannot be sought, says so, and can be sought once its length is known`,
    async () => {
      const live = await Bun.file(join(folder, 'live.webm')).bytes()
      const middle = live.length >> 1
      const rest = Promise.withResolvers<void>()
      const server = createServer(async (request, response) => {
        if (request.url !== file) {
          const answer = await fetch(api.stack.base + request.url)
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          return void response.end(await answer.bytes())
        }
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
        response.writeHead(206, {
          'content-type': 'video/webm',
          'content-length': live.length - from,
          'content-range': `bytes ${from}-${live.length - 1}/${live.length}`,
        })
        // A slow line: the end of the film comes when the test wants it.
        response.write(live.subarray(from, middle))
        await rest.promise
        response.end(live.subarray(Math.max(from, middle)))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      await using _ = { [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() }
      const address = server.address()
      await using visited = await visit({ browser, stack: api.stack } as Stage, look, {
        base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
      })
      // The server above carries no sockets.
      visited.forgive(/WebSocket/)
      const { page, text, base } = visited
      await page.goto(base)
      const bar = seekBar(page, text.seek)
      await bar.and(page.locator(':disabled')).waitFor()
      await watchFilm(page)
      expect(await bar.getAttribute('aria-valuetext')).toMatch(
        new RegExp(text.lengthUnknown('0:00').replace('0:00', '^\\d:\\d\\d')),
      )
      const before = await secondsOf(page)
      await page.keyboard.press('ArrowRight')
      const { x, y, width } = (await bar.boundingBox())!
      await page.mouse.move(x + width / 4, y + 6)
      await page.mouse.down()
      await page.mouse.move(x + width / 2, y + 6)
      await page.mouse.up()
      expect((await secondsOf(page)) - before).toBeLessThan(2)
      rest.resolve()
      await bar.and(page.locator(':enabled')).waitFor()
      await bar.fill('750')
      expect(await secondsOf(page)).toBeGreaterThan(4)
      await page.waitForFunction(
        (slide) => document.querySelector(`${slide} .progress`)?.getAttribute('aria-valuetext')?.endsWith(' / 0:06'),
        shown,
      )
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a paused film asks for no frames, and its bar still follows the keys',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[1]!)
    const { page, text, base } = visited
    await page.addInitScript(() => {
      const original = window.requestAnimationFrame
      Object.assign(window, { frames: 0, nextFrame: () => new Promise((resolve) => original(resolve)) })
      window.requestAnimationFrame = (callback) => {
        Object.assign(window, { frames: (window as unknown as { frames: number }).frames + 1 })
        return original(callback)
      }
    })
    await page.goto(base)
    await watchFilm(page)
    await page.keyboard.press('Space')
    await page.locator('.paused').waitFor()
    const askedDuringTenFrames = () =>
      page.evaluate(async () => {
        const counted = window as unknown as { frames: number; nextFrame(): Promise<void> }
        // The last one that was asked for before the pause.
        for (let i = 0; i < 3; i++) await counted.nextFrame()
        const before = counted.frames
        for (let i = 0; i < 10; i++) await counted.nextFrame()
        return counted.frames - before
      })
    expect(await askedDuringTenFrames()).toBe(0)
    const bar = seekBar(page, text.seek)
    await page.locator(`${shown} video`).evaluate((film: HTMLVideoElement) => {
      film.currentTime = 1
    })
    await page.waitForFunction(
      (slide) => Number(document.querySelector<HTMLInputElement>(`${slide} .progress`)?.value) === 500,
      shown,
    )
    expect(await bar.getAttribute('aria-valuetext')).toBe('0:01 / 0:02')
    await page.keyboard.press('Space')
    await page.locator('.paused').waitFor({ state: 'detached' })
    expect(await askedDuringTenFrames()).toBeGreaterThan(5)
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a finger that misses the seek bar and drags to the side stays on the page',
  async () => {
    await using visited = await visit({ browser, stack: api.stack } as Stage, looks[0]!)
    const { page, text, base, cdp } = visited
    await page.goto(`${base}/u/1`)
    await page.locator('.cell a').first().click()
    await watchFilm(page)
    const { x, y, width, height } = (await seekBar(page, text.seek).boundingBox())!
    // WCAG 2.5.8.
    expect(height).toBeGreaterThanOrEqual(24)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share: number) =>
      cdp.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: x + width * share, y: y - 6 }],
      })
    await touch('touchStart', 0.05)
    for (let i = 1; i <= 9; i++) await touch('touchMove', i / 10)
    await touch('touchEnd', 0)
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    expect(new URL(page.url()).pathname).toMatch(/^\/v\//)
  },
  60_000,
)
