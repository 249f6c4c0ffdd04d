import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import { shown, watchFilm } from '../test/browser/films.ts'
import { goOn, middleOf } from '../test/browser/gestures.ts'
import type { Stage } from '../test/browser/stage.ts'
import { type Look, looks, type Visit, visit } from '../test/browser/visit.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'
import { clip } from '../test/http/clips.ts'

let api: Api
let browser: Browser
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser] = await Promise.all([startTestApi(), launch()])
  const person = await api.person()
  const data = await clip('larger.mp4')
  await Promise.all(['one', 'two', 'three'].map((title) => api.video(person, title, data)))
}, startLimitMs)
afterAll(async () => {
  if (hasChromium) await Promise.all([browser.close(), api.close()])
})

interface Policy {
  /** Muted videos play without a tap. */
  isMutedAllowed: boolean
  sound: string
}

/** Opens the player under the autoplay policy of an iPhone. Every call of the test driver would count as a gesture in
 * Chromium, so the page has the policy, not the browser. */
async function open(look: Look, policy: Policy): Promise<Visit> {
  const visited = await visit({ browser, stack: api.stack } as Stage, look)
  await visited.page.addInitScript(({ isMutedAllowed, sound }) => {
    if (sound) localStorage.setItem('douyin.sound', sound)
    let isGesture = false
    const allowed = new WeakSet<HTMLMediaElement>()
    for (const type of ['click', 'keydown', 'keyup']) {
      const begin = () => {
        isGesture = true
        setTimeout(() => {
          isGesture = false
        })
      }
      addEventListener(type, begin, { capture: true })
    }
    const { prototype } = HTMLMediaElement
    const { play } = prototype
    prototype.play = function () {
      if (isGesture) allowed.add(this)
      if (allowed.has(this) || (this.muted && isMutedAllowed)) return play.call(this)
      return Promise.reject(new DOMException('a tap is needed', 'NotAllowedError'))
    }
    const { get, set } = Object.getOwnPropertyDescriptor(prototype, 'muted')!
    Object.defineProperty(prototype, 'muted', {
      get,
      set(this: HTMLMediaElement, isMuted: boolean) {
        const isUnmuting = this.muted && !isMuted
        set!.call(this, isMuted)
        if (isUnmuting && !isGesture && !allowed.has(this)) this.pause()
      },
    })
  }, policy)
  await visited.page.goto(visited.base)
  return visited
}

const plays = (page: Page, isMuted: boolean) =>
  page.waitForFunction(
    ([slide, muted]) => {
      const film = document.querySelector<HTMLVideoElement>(`${slide} video`)
      return film && !film.paused && film.muted === muted && film.currentTime > 0
    },
    [shown, isMuted] as const,
  )
const isPaused = (page: Page) =>
  page.waitForFunction((slide) => document.querySelector<HTMLVideoElement>(`${slide} video`)?.paused, shown)
/** A tap that Chromium delivers as one, at the middle of the film or elsewhere on it. */
async function tap({ page, look }: Visit, aside = 0): Promise<void> {
  const { x, y } = await middleOf(page)
  if (look.size === 'phone') await page.touchscreen.tap(x, y + aside)
  else await page.mouse.click(x, y + aside)
}

for (const look of looks) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} where sound is blocked, the first tap on the film turns it on and the second one pauses`,
    async () => {
      await using visited = await open(look, { isMutedAllowed: true, sound: 'on' })
      const { page, text } = visited
      const pill = page.locator(shown).getByRole('button', { name: text.tapForSound })
      await plays(page, true)
      await pill.waitFor()
      await tap(visited)
      await plays(page, false)
      await pill.waitFor({ state: 'detached' })
      // As long as a tap waits for a second one.
      await watchFilm(page)
      expect(await page.locator('.paused').count()).toBe(0)
      await tap(visited)
      await isPaused(page)
    },
    60_000,
  )

  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} where every playback needs a tap, the film says so, and the first tap on it plays it`,
    async () => {
      await using visited = await open(look, { isMutedAllowed: false, sound: 'on' })
      const { page, text } = visited
      const pill = page.locator(shown).getByRole('button', { name: text.tapToPlay })
      await pill.waitFor()
      // Beside the button.
      await tap(visited, 120)
      await plays(page, false)
      await pill.waitFor({ state: 'detached' })
      await goOn(visited)
      // A key is a gesture, a swipe is none.
      if (look.size === 'phone') await pill.click()
      await plays(page, false)
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'where sound is blocked, each control that turns it on does so',
  async () => {
    const ways: ((visited: Visit) => Promise<unknown>)[] = [
      ({ page, text }) => page.locator(shown).getByRole('button', { name: text.tapForSound }).click(),
      ({ page, text }) => page.locator(shown).getByRole('button', { name: text.unmute }).click(),
      ({ page }) => page.keyboard.press('m'),
    ]
    for (const turnOn of ways) {
      await using visited = await open(looks[1]!, { isMutedAllowed: true, sound: 'on' })
      await plays(visited.page, true)
      await visited.page.locator(shown).getByRole('button', { name: visited.text.tapForSound }).waitFor()
      await turnOn(visited)
      await plays(visited.page, false)
      expect(await visited.page.evaluate(() => localStorage.getItem('douyin.sound'))).toBe('on')
    }
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'where each video needs a tap for its sound, swiping goes on muted, and a tap turns it on without pausing',
  async () => {
    await using visited = await open(looks[0]!, { isMutedAllowed: true, sound: 'on' })
    const { page } = visited
    await plays(page, true)
    await tap(visited)
    await plays(page, false)
    await goOn(visited)
    await plays(page, true)
    await goOn(visited)
    await plays(page, true)
    await tap(visited)
    await plays(page, false)
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a first visit says that there is sound, on its first video alone, and remembers the choice',
  async () => {
    await using visited = await open(looks[0]!, { isMutedAllowed: true, sound: '' })
    const { page, text, base } = visited
    const pill = page.locator(shown).getByRole('button', { name: text.tapForSound })
    await pill.waitFor()
    await goOn(visited)
    await plays(page, true)
    expect(await pill.count()).toBe(0)
    await page.goto(base)
    await pill.click()
    await plays(page, false)
    await pill.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => localStorage.getItem('douyin.sound'))).toBe('on')
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'a film that the browser pauses shows it, and the next tap plays it',
  async () => {
    await using visited = await open(looks[1]!, { isMutedAllowed: true, sound: 'off' })
    const { page } = visited
    await plays(page, true)
    // As a media key does.
    await page.locator(`${shown} video`).evaluate((film: HTMLVideoElement) => film.pause())
    await page.locator('.paused').waitFor()
    await tap(visited)
    await plays(page, true)
    await page.locator('.paused').waitFor({ state: 'detached' })
  },
  60_000,
)
