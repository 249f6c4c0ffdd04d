import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import type { Stage } from '../test/browser/stage.ts'
import { type Look, looks, type Visit, visit, waitMs } from '../test/browser/visit.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../test/http/client.ts'
import { until } from '../test/stack.ts'
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
  const noise = (size: string) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:d=2:r=10,noise=alls=60:allf=t`]
  const codec = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-crf', '10']
  await ffmpeg(folder, ...noise('240x136'), ...codec, 'small.mp4')
  await ffmpeg(folder, ...noise('1280x720'), ...codec, 'large.mp4')
}, startLimitMs)
afterAll(async () => {
  if (!hasChromium) return
  await proxy[Symbol.asyncDispose]()
  await Promise.all([browser.close(), api.close(), rm(folder, { recursive: true })])
})

interface Upload {
  person: Person
  visited: Visit
}

/** Opens the upload page as a new user and chooses a video. Everything that the page says is recorded. */
async function choose(look: Look, file: 'small.mp4' | 'large.mp4'): Promise<Upload> {
  proxy.mode = 'good'
  const person = await api.person()
  const visited = await visit({ browser, stack: api.stack } as Stage, look, { token: person.token, base: proxy.base })
  const { page, text } = visited
  await page.clock.install()
  await page.goto(`${proxy.base}/upload`)
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    new MutationObserver(() => said.push(document.body.textContent ?? '')).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    })
  })
  await page.locator('input[type=file]').setInputFiles(`${folder}/${file}`)
  await page.getByLabel(text.title).fill('regretted')
  return { person, visited }
}

const hasSaid = (page: Page, sentence: string) =>
  page.evaluate(
    (wanted) => (window as unknown as { said: string[] }).said.some((one) => one.includes(wanted)),
    sentence,
  )
const titlesOf = async (person: Person) => (await api.videosOf(person)).map(({ title }) => title)
const publish = ({ page, text }: Visit) => page.getByRole('button', { name: text.publish, exact: true }).click()
const shows = ({ page }: Visit, sentence: string) => page.getByText(sentence).first().waitFor()

/** Slow enough that an upload is seen on its way. */
const slowUpload = ({ cdp }: Visit, bytesPerSecond: number) =>
  cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  })

/** Clicks “Cancel” in the page, as soon as the first bytes are reported. */
const cancelOnTheWay = ({ page, text }: Visit) =>
  page.evaluate((cancel) => {
    const observer = new MutationObserver(() => {
      const row = document.querySelector('.upload-row')
      const button = [...(row?.querySelectorAll('button') ?? [])].find((one) => one.textContent === cancel)
      if (!button || Number.parseInt(row?.textContent ?? '', 10) < 1) return
      observer.disconnect()
      button.click()
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  }, text.cancel)

for (const look of looks) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} nothing can be cancelled once all is sent, and “Undo” deletes this very video afterwards`,
    async () => {
      const { person, visited } = await choose(look, 'small.mp4')
      await using _ = visited
      const { page, text } = visited
      proxy.mode = 'held'
      await publish(visited)
      await shows(visited, text.processing)
      expect(await page.getByRole('button', { name: text.cancel }).count()).toBe(0)
      await until(async () => (await titlesOf(person)).length === 1, waitMs)
      await api.video(person, 'from another device')
      proxy.release()
      await page.waitForURL(/\/v\/\d+$/)
      await page.getByRole('button', { name: text.undo }).click()
      await shows(visited, text.withdrawn)
      expect(await titlesOf(person)).toEqual(['from another device'])
      await page.waitForURL(`${proxy.base}/upload`)
      expect(await page.getByLabel(text.title).inputValue()).toBe('regretted')
      expect(await hasSaid(page, text.cancelled)).toBe(false)
      // It is another upload than the one that was undone.
      await publish(visited)
      await page.waitForURL(/\/v\/\d+$/)
      expect(await titlesOf(person)).toEqual(['regretted', 'from another device'])
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a click on “Cancel” at the moment when all is sent does not claim that the upload was cancelled',
  async () => {
    const { person, visited } = await choose(looks[1]!, 'small.mp4')
    await using _ = visited
    const { page, text } = visited
    await page.evaluate(
      ({ cancel, processing }) => {
        let button: HTMLElement | undefined
        const observer = new MutationObserver(() => {
          const buttons = [...document.querySelectorAll<HTMLElement>('.upload-row button')]
          button = buttons.find((one) => one.textContent === cancel) ?? button
          if (!document.querySelector('.upload-progress')?.textContent?.includes(processing)) return
          observer.disconnect()
          button?.click()
          document.documentElement.dataset.clicked = String(button !== undefined)
        })
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
      },
      { cancel: text.cancel, processing: text.processing },
    )
    proxy.mode = 'held'
    await publish(visited)
    await page.locator('html[data-clicked=true]').waitFor()
    await until(async () => (await titlesOf(person)).length === 1, waitMs)
    proxy.release()
    await page.getByRole('button', { name: text.undo }).waitFor()
    await page.waitForURL(/\/v\/\d+$/)
    expect(await hasSaid(page, text.cancelled)).toBe(false)
    expect(await titlesOf(person)).toEqual(['regretted'])
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an upload that is cancelled when the server may have everything is deleted if it is published',
  async () => {
    for (const answer of ['held', 'mute'] as const) {
      const { person, visited } = await choose(looks[0]!, 'small.mp4')
      await using _ = visited
      visited.forgive(/ERR_/)
      const { page, text } = visited
      await slowUpload(visited, 200_000)
      await cancelOnTheWay(visited)
      proxy.mode = answer
      await publish(visited)
      await shows(visited, text.withdrawing)
      await until(async () => (await titlesOf(person)).length === 1, waitMs)
      if (answer === 'held') proxy.release()
      // A throttled Chromium does not report the closed connection.
      else await page.clock.fastForward('00:20')
      await shows(visited, text.withdrawn)
      expect(await titlesOf(person)).toEqual([])
      expect(await hasSaid(page, text.cancelled)).toBe(false)
      proxy.mode = 'good'
      await slowUpload(visited, -1)
      await publish(visited)
      await page.waitForURL(/\/v\/\d+$/)
      expect(await titlesOf(person)).toEqual(['regretted'])
    }
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a video that cannot be deleted is not said to be gone',
  async () => {
    const { person, visited } = await choose(looks[1]!, 'small.mp4')
    await using _ = visited
    visited.forgive(/ERR_/)
    const { page, text } = visited
    await publish(visited)
    await page.route('**/douyin/publish/delete/**', (route) => route.abort())
    await page.getByRole('button', { name: text.undo }).click()
    await shows(visited, text.undoFailed)
    expect(await hasSaid(page, text.withdrawn)).toBe(false)
    expect(await titlesOf(person)).toEqual(['regretted'])
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'an upload far from its end shows speed and time left, and “Cancel” ends it without a video',
  async () => {
    for (const look of looks) {
      const { person, visited } = await choose(look, 'large.mp4')
      await using _ = visited
      const { page, text } = visited
      await slowUpload(visited, 300_000)
      await publish(visited)
      const [before, after] = text.uploadPace('~', '~').split('~/')
      expect(before).toBe('')
      await page
        .locator('.pace')
        .filter({ hasText: after!.slice(0, 2) })
        .waitFor()
      expect(await page.locator('.pace').textContent()).toMatch(/^[\d.]+ (kB|MB)\/.*\d+/)
      await page.getByRole('button', { name: text.cancel }).click()
      await shows(visited, text.cancelled)
      expect(await page.getByLabel(text.title).inputValue()).toBe('regretted')
      await slowUpload(visited, -1)
      await publish(visited)
      await page.waitForURL(/\/v\/\d+$/)
      expect(await titlesOf(person)).toEqual(['regretted'])
    }
  },
  60_000,
)
