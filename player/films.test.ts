import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page, Route } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import { shown, watchFilm } from '../test/browser/films.ts'
import { goOn, restsAt } from '../test/browser/gestures.ts'
import type { Stage } from '../test/browser/stage.ts'
import { type Look, type Visit, visit } from '../test/browser/visit.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'
import { ffmpeg, makeFolder } from '../web-srv/src/media/clips.fixture.ts'

const look: Look = { size: 'desktop', scheme: 'light', language: 'en' }
const phone: Look = { size: 'phone', scheme: 'dark', language: 'zh' }
const filmCount = 4

let api: Api
let browser: Browser
let folder: string
/** The paths of the files of the films, in the order of the feed. */
let files: string[]
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser, folder] = await Promise.all([startTestApi(), launch(), makeFolder()])
  const person = await api.person()
  for (let i = 0; i < filmCount; i++) await api.video(person, `film ${i}`, await draw(i))
  files = (await api.videosOf(person)).map(({ play_url }) => new URL(play_url).pathname)
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=180x320:d=3:r=10', '-f', 'lavfi', '-i', 'sine=d=3', '-c:a', 'aac']
  await ffmpeg(folder, ...source, '-c:v', 'mpeg4', 'pictureless.mp4')
}, startLimitMs)
afterAll(async () => {
  if (hasChromium) await Promise.all([browser.close(), api.close(), rm(folder, { recursive: true })])
})

/** Each film has its own picture, since equal files are stored once. */
async function draw(i: number): Promise<Blob> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=180x320:d=3:r=10,hue=h=${i * 40}`, '-pix_fmt', 'yuv420p']
  await ffmpeg(folder, ...picture, '-preset', 'ultrafast', `${i}.mp4`)
  return Bun.file(join(folder, `${i}.mp4`))
}

/** Opens the player. The test and not the page breaks the requests for films. */
async function open(at: Look = look): Promise<Visit> {
  const visited = await visit({ browser, stack: api.stack } as Stage, at)
  visited.forgive(/ERR_|status of (404|503)/)
  return visited
}
const fail = (route: Route) => route.abort('connectionreset')
const failed = (page: Page, file: string) =>
  page.waitForEvent('requestfailed', (request) => new URL(request.url()).pathname === file)
const film = (page: Page, file: string) => page.locator(`video[src="${file}"]`)
const isLoaded = (page: Page, file: string) =>
  page.waitForFunction(
    (src) => (document.querySelector<HTMLVideoElement>(`video[src="${src}"]`)?.readyState ?? 0) >= 2,
    file,
  )

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a film that fails while it is preloaded is loaded again before it is reached',
  async () => {
    await using visited = await open()
    const { page, base } = visited
    await page.route(`**${files[1]}`, fail)
    const failure = failed(page, files[1]!)
    await page.goto(base)
    await failure
    await page.waitForFunction(
      (src) => document.querySelector<HTMLVideoElement>(`video[src="${src}"]`)?.error,
      files[1]!,
    )
    await page.unroute(`**${files[1]}`)
    await isLoaded(page, files[1]!)
    await goOn(visited)
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
  },
  60_000,
)

for (const at of [look, phone]) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${at.size} a film that cannot be decoded says so although it failed while preloaded, and the next one plays`,
    async () => {
      await using visited = await open(at)
      const { page, text, base } = visited
      await page.route(`**${files[1]}`, (route) => route.fulfill({ contentType: 'video/mp4', body: 'not a film' }))
      await page.goto(base)
      await page.waitForFunction(
        (src) => document.querySelector<HTMLVideoElement>(`video[src="${src}"]`)?.error,
        files[1]!,
      )
      await goOn(visited)
      const alert = page.locator(shown).getByRole('alert')
      await alert.filter({ hasText: text.filmProblems.unplayable[0] }).waitFor()
      expect(await alert.getByRole('button', { name: text.retry }).count()).toBe(0)
      await isLoaded(page, files[2]!)
      await alert.getByRole('button', { name: text.next }).click()
      await page.locator(shown).filter({ hasText: 'film 1' }).waitFor()
      expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'films and avatars that failed without a connection are shown when the browser is online again',
  async () => {
    await using visited = await open()
    const { page, text, base } = visited
    await page.route('**/static/avatar/**', fail)
    await page.goto(base)
    await watchFilm(page)
    await isLoaded(page, files[1]!)
    const avatar = page.locator(shown).locator('.avatar img')
    await avatar.and(page.locator('[data-failed]')).waitFor({ state: 'hidden' })
    await page.unroute('**/static/avatar/**')
    await page.context().setOffline(true)
    await goOn(visited)
    await goOn(visited)
    const alert = page.locator(shown).getByRole('alert')
    await alert.filter({ hasText: text.filmProblems.unreachable[0] }).waitFor()
    await goOn(visited)
    await alert.filter({ hasText: text.filmProblems.unreachable[0] }).waitFor()
    await page.context().setOffline(false)
    await page.locator(shown).filter({ hasText: 'film 0' }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    expect(await alert.count()).toBe(0)
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('.avatar img')].every(({ naturalWidth }) => naturalWidth > 0),
    )
    await avatar.waitFor()
    // The one before it failed too, and has been loaded again beside it.
    await page.keyboard.press('ArrowUp')
    await page.locator(shown).filter({ hasText: 'film 1' }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a film whose server is down is tried again at growing intervals for a limited time, and then on demand',
  async () => {
    await using visited = await open()
    const { page, text, base } = visited
    await page.clock.install()
    await page.route(`**${files[0]}`, fail)
    let loads = 0
    page.on('requestfailed', (request) => {
      if (new URL(request.url()).pathname === files[0] && request.method() === 'GET') loads++
    })
    await page.goto(base)
    const alert = page.locator(shown).getByRole('alert')
    await alert.filter({ hasText: text.filmProblems.unreachable[0] }).waitFor()
    const delaysMs = [1000, 2000, 4000, 8000, 16_000, 30_000, 60_000]
    for (const delayMs of delaysMs) {
      const diagnosed = page.waitForEvent('requestfailed', (request) => request.method() === 'HEAD')
      await page.clock.fastForward(delayMs)
      await diagnosed
    }
    const before = loads
    await page.clock.fastForward(3_600_000)
    await page.evaluate(() => fetch('/healthz'))
    expect(loads).toBe(before)
    await page.unroute(`**${files[0]}`)
    await alert.getByRole('button', { name: text.retry }).click()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    expect(await alert.count()).toBe(0)
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a film whose file is gone, and one of which only the sound plays, say so',
  async () => {
    for (const at of [look, phone]) {
      await using visited = await open(at)
      const { page, text, base } = visited
      await page.route(`**${files[0]}`, (route) => route.fulfill({ status: 404, body: '' }))
      await page.route(`**${files[1]}`, (route) => route.fulfill({ path: join(folder, 'pictureless.mp4') }))
      await page.goto(base)
      const alert = page.locator(shown).getByRole('alert')
      await alert.filter({ hasText: text.filmProblems.missing[0] }).waitFor()
      await alert.getByRole('button', { name: text.next }).click()
      await restsAt(page, 1)
      await alert.filter({ hasText: text.filmProblems.noPicture[0] }).waitFor()
      expect(await alert.getByRole('button').allTextContents()).toEqual([text.next])
      await page.waitForFunction((src) => {
        const element = document.querySelector<HTMLVideoElement>(`video[src="${src}"]`)
        return element && !element.paused && element.currentTime > 0
      }, files[1]!)
      await alert.getByRole('button', { name: text.next }).click()
      expect((await watchFilm(page)).difference).toBeGreaterThan(1)
      expect(await film(page, files[2]!).evaluate((element: HTMLVideoElement) => element.error)).toBeNull()
    }
  },
  60_000,
)
