import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator } from 'playwright-core'
import { ok, type Person } from '../api.ts'
import { until } from '../stack.ts'
import { hasChromium } from './chromium.ts'
import { shown, watchFilm } from './films.ts'
import { restsAt } from './gestures.ts'
import { type Stage, theStage } from './stage.ts'
import { type Look, type Visit, visit } from './visit.ts'

const look: Look = { size: 'desktop', scheme: 'dark', language: 'en' }

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('the keyboard', () => {
  let stage: Stage
  let kai: Person
  let at: Visit
  let film: Locator

  beforeAll(async () => {
    stage = await theStage()
    kai = await stage.api.register('Kai')
    at = await visit(stage, look, { token: kai.token })
    film = at.page.locator(`${shown} video`)
    await at.page.goto(at.base)
    await watchFilm(at.page)
  })
  afterAll(() => at?.end())

  const press = (key: string) => at.page.keyboard.press(key)
  const isPaused = (expected: boolean) =>
    at.page.waitForFunction(
      ([slide, paused]) => document.querySelector<HTMLVideoElement>(`${slide} video`)?.paused === paused,
      [shown, expected] as const,
    )
  const secondsNow = () => film.evaluate((video: HTMLVideoElement) => video.currentTime)
  const dialogs = () => at.page.getByRole('dialog').count()

  /** For each key of the help, a check of what it does. */
  const checks: Record<string, () => Promise<void>> = {
    async '↑ ↓'() {
      await press('ArrowDown')
      await restsAt(at.page, 1)
      await press('ArrowUp')
      await restsAt(at.page, 0)
      // Two presses at once move by two, though the first has not finished.
      await Promise.all([press('ArrowDown'), press('ArrowDown')])
      await restsAt(at.page, 2)
      await Promise.all([press('ArrowUp'), press('ArrowUp')])
      await restsAt(at.page, 0)
      await watchFilm(at.page)
    },
    async Space() {
      await press('Space')
      await isPaused(true)
      await press('Space')
      await isPaused(false)
    },
    async '← →'() {
      await press('Space')
      await isPaused(true)
      await film.evaluate((video: HTMLVideoElement) => {
        video.currentTime = 1
      })
      await press('ArrowRight')
      expect(await secondsNow()).toBeCloseTo(3, 1)
      await press('ArrowLeft')
      expect(await secondsNow()).toBeCloseTo(1, 1)
      await press('Space')
      await isPaused(false)
    },
    async M() {
      const isMuted = (expected: boolean) =>
        until(async () => (await film.evaluate((video: HTMLVideoElement) => video.muted)) === expected)
      await press('m')
      await isMuted(false)
      await press('M')
      await isMuted(true)
    },
    async L() {
      const liked = async () => ok(await stage.api.get('/douyin/user/', { token: kai.token })).user.favorite_count
      await press('l')
      await until(async () => (await liked()) === 1)
      await press('l')
      await until(async () => (await liked()) === 0)
    },
    async C() {
      await press('c')
      const field = at.page.getByRole('dialog').getByPlaceholder(at.text.addComment)
      // In a text field a shortcut key is a letter.
      await field.pressSequentially('look ?')
      expect(await field.inputValue()).toBe('look ?')
      await press('Escape')
      await until(async () => (await dialogs()) === 0)
    },
    async '?'() {
      await press('?')
      await at.page.getByRole('dialog', { name: at.text.keys }).waitFor()
    },
    async Esc() {
      if ((await dialogs()) === 0) await press('?')
      await at.page.getByRole('dialog').waitFor()
      await press('Escape')
      await until(async () => (await dialogs()) === 0)
    },
  }

  test('every key that the help lists has its described effect', async () => {
    await press('?')
    const help = at.page.getByRole('dialog', { name: at.text.keys })
    await help.waitFor()
    const rows = await help.locator('dt').all()
    const listed = await Promise.all(rows.map(async (row) => (await row.locator('kbd').allTextContents()).join(' ')))
    await press('Escape')
    await help.waitFor({ state: 'detached' })
    expect(listed).toEqual(Object.keys(checks))
    for (const key of listed) {
      await checks[key]!().catch((error) => {
        throw new Error(`the key ${key}: ${error.message}`)
      })
    }
  })

  test('Tab reaches every action of the video, and each has a name', async () => {
    const names: string[] = []
    const focused = () => at.page.evaluate(() => document.activeElement?.outerHTML ?? '')
    await at.page.locator('main').focus()
    for (let last = ''; names.length < 30; ) {
      await press('Tab')
      const html = await focused()
      if (html === last || html.startsWith('<body')) break
      last = html
      names.push(
        await at.page.evaluate(() => {
          const element = document.activeElement as HTMLElement
          return element.getAttribute('aria-label') || element.textContent || ''
        }),
      )
    }
    const { text } = at
    for (const name of [text.like, text.comments, text.share, text.unmute, text.seek, text.next]) {
      expect(names.some((one) => one.startsWith(name))).toBe(true)
    }
    expect(names.every(Boolean)).toBe(true)
  })
})
