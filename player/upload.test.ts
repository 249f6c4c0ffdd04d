import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import type { Stage } from '../test/browser/stage.ts'
import { type Look, type Visit, visit } from '../test/browser/visit.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../test/http/client.ts'
import { colourOf } from '../test/http/clips.ts'
import { ffmpeg, makeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { type FlakyProxy, flakyProxy } from './flaky.fixture.ts'

let api: Api
let browser: Browser
let folder: string
let proxy: FlakyProxy
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser, folder] = await Promise.all([startTestApi(), launch(), makeFolder()])
  proxy = await flakyProxy(api.stack.base)
  const flag = ['red', 'lime', 'blue'].flatMap((name) => ['-f', 'lavfi', '-i', `color=${name}:s=640x360:d=1:r=10`])
  // Noise makes the file large enough to be cut in the middle of the upload.
  const film = ['-filter_complex', 'concat=n=3,noise=alls=40:allf=t', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast']
  await ffmpeg(folder, ...flag, ...film, '-crf', '10', 'flag.mp4')
}, startLimitMs)
afterAll(async () => {
  if (!hasChromium) return
  await proxy[Symbol.asyncDispose]()
  await Promise.all([browser.close(), api.close(), rm(folder, { recursive: true })])
})

const looks: Look[] = [
  { size: 'phone', scheme: 'dark', language: 'zh' },
  { size: 'desktop', scheme: 'light', language: 'en' },
]

/** Opens the upload page as a new user and chooses a video. */
async function chooseVideo(
  look: Look,
  before?: (page: Page) => Promise<unknown>,
): Promise<{ person: Person; visited: Visit }> {
  proxy.mode = 'good'
  const person = await api.person()
  const stage = { browser, stack: api.stack } as Stage
  const visited = await visit(stage, look, { token: person.token, base: proxy.base })
  await before?.(visited.page)
  await visited.page.goto(`${proxy.base}/upload`)
  await visited.page.locator('input[type=file]').setInputFiles(`${folder}/flag.mp4`)
  return { person, visited }
}

/** Changes the session as another tab does. */
const setToken = (page: Page, token: string) =>
  page.evaluate((next) => {
    localStorage.setItem('douyin.token', next)
    dispatchEvent(new StorageEvent('storage', { key: 'douyin.token', newValue: next }))
  }, token)

const coverOf = async (person: Person) =>
  colourOf(await (await fetch((await api.videosOf(person))[0]!.cover_url)).arrayBuffer())
const titlesOf = async (person: Person) => (await api.videosOf(person)).map(({ title }) => title)

for (const look of looks) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} the frame chosen by keyboard becomes the cover, and after a reset the server chooses`,
    async () => {
      const { person, visited } = await chooseVideo(look)
      await using _ = visited
      const { page, text } = visited
      const slider = page.getByRole('slider', { name: text.cover })
      expect(await slider.getAttribute('aria-valuetext')).toBe(text.coverAutomatic)
      await slider.focus()
      await page.keyboard.press('End')
      expect(await slider.getAttribute('aria-valuetext')).toBe(text.coverAt('0:03.0', '0:03.0'))
      for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowLeft')
      const chosen = Number(await slider.inputValue())
      expect(await slider.getAttribute('aria-valuetext')).toBe(text.coverAt('0:01.5', '0:03.0'))
      const frame = page.locator('.cover-frame video')
      await page.waitForFunction(
        ([film, ms]) => Math.abs((film as HTMLVideoElement).currentTime * 1000 - (ms as number)) < 1,
        [await frame.elementHandle(), chosen] as const,
      )
      await page.getByRole('button', { name: text.publish }).click()
      await page.waitForURL('**/v/*')
      expect(await coverOf(person)).toBe('green')

      await page.goto(`${proxy.base}/upload`)
      await page.locator('input[type=file]').setInputFiles(`${folder}/flag.mp4`)
      await slider.fill('2500')
      await page.getByRole('button', { name: text.coverReset }).click()
      expect(await slider.getAttribute('aria-valuetext')).toBe(text.coverAutomatic)
      await page.getByRole('button', { name: text.publish }).click()
      await page.waitForURL('**/v/*')
      expect(await coverOf(person)).toBe('red')
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an upload that is cut off keeps file, title and cover, says why, and is published once when retried',
  async () => {
    const { person, visited } = await chooseVideo(looks[1]!)
    visited.forgive(/ERR_/)
    const { page, text } = visited
    await page.getByLabel(text.title).fill('kept')
    const slider = page.getByRole('slider', { name: text.cover })
    await slider.fill('2500')
    proxy.mode = 'cut'
    await page.getByRole('button', { name: text.publish }).click()
    const [before, after] = text.cutOff(0).split('0 %')
    expect(await page.getByRole('alert').textContent()).toMatch(new RegExp(`^${before}\\d+ %${after}$`))
    expect(await page.getByLabel(text.title).inputValue()).toBe('kept')
    expect(await slider.inputValue()).toBe('2500')
    // A visit to another page keeps the draft too.
    await page.getByRole('link', { name: text.home, exact: true }).click()
    await page.locator('.navigation').getByRole('link', { name: text.upload }).click()
    expect(await page.getByLabel(text.title).inputValue()).toBe('kept')
    proxy.mode = 'good'
    await page.getByRole('button', { name: text.retry }).click()
    await page.waitForURL('**/v/*')
    expect([await titlesOf(person), await coverOf(person)]).toEqual([['kept'], 'blue'])
    await visited.end()
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an upload whose answer was lost is found in the list, and not sent again',
  async () => {
    const { person, visited } = await chooseVideo(looks[0]!)
    visited.forgive(/ERR_/)
    const { page, text } = visited
    await page.getByLabel(text.title).fill('lost answer')
    proxy.mode = 'mute'
    await page.getByRole('button', { name: text.publish }).click()
    await page.getByText(text.publishedBefore).waitFor()
    await page.waitForURL('**/v/*')
    expect(await titlesOf(person)).toEqual(['lost answer'])
    await visited.end()
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'while the result of an upload is unknown, a retry makes no second video',
  async () => {
    const { person, visited } = await chooseVideo(looks[1]!)
    visited.forgive(/ERR_/)
    const { page, text } = visited
    await page.getByLabel(text.title).fill('once')
    // The list of videos cannot be read either, so the player cannot look the upload up.
    await page.route('**/douyin/publish/list/**', (route) => route.abort())
    proxy.mode = 'mute'
    const publish = page.getByRole('button', { name: text.publish })
    await publish.click().catch(() => {})
    await page.getByRole('alert').waitFor()
    await page.unroute('**/douyin/publish/list/**')
    proxy.mode = 'good'
    await page.locator('button[type=submit]').click()
    await page.waitForURL('**/v/*')
    expect(await titlesOf(person)).toEqual(['once'])
    await visited.end()
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a draft that was begun before the profile had come is dropped when another user signs in',
  async () => {
    const { visited } = await chooseVideo(looks[1]!, (page) => page.route(/\/douyin\/user\/(?:\?|$)/, () => {}))
    const { page, text } = visited
    await page.getByLabel(text.title).fill('mine')
    await page.unroute(/\/douyin\/user\/(?:\?|$)/)
    await setToken(page, '')
    await page.getByRole('heading', { name: text.welcome }).waitFor()
    await setToken(page, (await api.person()).token)
    await page.getByText(text.dropVideo).waitFor()
    expect(await page.getByLabel(text.title).inputValue()).toBe('')
    await visited.end()
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a draft survives signing in again, and is dropped when another user signs in',
  async () => {
    const { visited } = await chooseVideo(looks[1]!)
    const { page, text } = visited
    await page.getByLabel(text.title).fill('mine')
    const oldToken = await page.evaluate(() => localStorage.getItem('douyin.token') ?? '')
    await setToken(page, '')
    await page.getByRole('heading', { name: text.welcome }).waitFor()
    await setToken(page, oldToken)
    expect(await page.getByLabel(text.title).inputValue()).toBe('mine')
    await setToken(page, '')
    await page.getByRole('heading', { name: text.welcome }).waitFor()
    await setToken(page, (await api.person()).token)
    await page.getByText(text.dropVideo).waitFor()
    expect(await page.getByLabel(text.title).inputValue()).toBe('')
    await visited.end()
  },
  60_000,
)

/** An error page in the style of nginx. */
const proxyPage = (status: number) => ({
  status,
  contentType: 'text/html',
  body: `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center><hr></body></html>`,
})

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an answer from a proxy is reported as such, and the draft is kept',
  async () => {
    for (const look of looks) {
      const { person, visited } = await chooseVideo(look)
      await using _ = visited
      visited.forgive(/status of (413|403|5\d\d)|ERR_/)
      const { page, text } = visited
      await page.getByLabel(text.title).fill('through a proxy')
      const { tooLarge, away, notOurs } = text.problems
      const shown: [number, string | undefined][] = [
        [413, tooLarge],
        [502, away[502]],
        [503, away[503]],
        [504, away[504]],
        [523, away[502]],
        [403, notOurs(403)],
        [200, notOurs(200)],
      ]
      for (const [status, problem] of shown) {
        await page.route('**/douyin/publish/action/**', (route) => route.fulfill(proxyPage(status)))
        await page.locator('button[type=submit]').click()
        await page.getByRole('alert').filter({ hasText: problem! }).waitFor()
        expect(await page.getByLabel(text.title).inputValue()).toBe('through a proxy')
        await page.unroute('**/douyin/publish/action/**')
      }
      await page.locator('button[type=submit]').click()
      await page.waitForURL('**/v/*')
      expect(await titlesOf(person)).toEqual(['through a proxy'])
    }
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an upload that timed out in a proxy but was published is found in the list',
  async () => {
    const { person, visited } = await chooseVideo(looks[1]!)
    await using _ = visited
    visited.forgive(/status of 504/)
    const { page, text } = visited
    await page.getByLabel(text.title).fill('took long')
    proxy.mode = 'gaveUp'
    await page.getByRole('button', { name: text.publish }).click()
    await page.getByText(text.publishedBefore).waitFor()
    expect(await titlesOf(person)).toEqual(['took long'])
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a page that a proxy could not load says so, and loads by itself later',
  async () => {
    const stage = { browser, stack: api.stack } as Stage
    proxy.mode = 'good'
    await using visited = await visit(stage, looks[1]!, { base: proxy.base })
    visited.forgive(/status of 502/)
    const { page, text } = visited
    await page.route('**/douyin/feed/**', (route) => route.fulfill(proxyPage(502)))
    await page.goto(`${proxy.base}/`)
    await page.getByRole('heading', { name: text.problems.away[502]! }).waitFor()
    await page.unroute('**/douyin/feed/**')
    await page.locator('.slide').first().waitFor()
  },
  60_000,
)
