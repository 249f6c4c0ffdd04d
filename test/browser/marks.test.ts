import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ok, type Person } from '../api.ts'
import { type Line, openLine } from '../line.ts'
import { until } from '../stack.ts'
import { hasChromium } from './chromium.ts'
import { shown } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { lostConnection, type Visit, visit } from './visit.ts'

// Skipped where there is no chromium to be had, which chromium.ts says aloud; CI installs it.
describe.skipIf(!hasChromium)('what she did here', () => {
  let stage: Stage
  let line: Line
  let ida: Person
  let at: Visit
  let id: number

  beforeAll(async () => {
    stage = await theStage()
    line = await openLine(stage.stack.base)
    ida = await stage.api.register('Ida')
    id = ok(await stage.api.get('/douyin/feed/')).video_list[0]!.id
    at = await visit(stage, { size: 'phone', scheme: 'light', language: 'en' }, { token: ida.token, base: line.base })
    at.forgive(lostConnection)
    await at.page.goto(`${at.base}/v/${id}`)
  })
  afterAll(async () => {
    await at?.end()
    await line?.close()
  })

  const button = (label: string) => at.page.locator(shown).getByRole('button', { name: new RegExp(`^${label}`) })
  const count = async (label: string) => Number(/\d+$/.exec((await button(label).textContent()) ?? '')?.[0])

  test('two quick touches of which neither arrives leave the heart and its count as they were', async () => {
    const { page, text } = at
    const before = await count(text.like)
    let failed = 0
    page.on('requestfailed', (request) => void (request.url().includes('/favorite/') && failed++))
    line.down()
    await button(text.like).evaluate((heart: HTMLElement) => {
      heart.click()
      heart.click()
    })
    await until(async () => failed === 2)
    line.up()
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(await count(text.like)).toBe(before)
  })

  test('a comment counts once, also where a list counts it too that was loaded after it', async () => {
    const { page, text } = at
    const before = await count(text.comments)
    await button(text.comments).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByPlaceholder(text.addComment).fill('once')
    await sheet.getByRole('button', { name: text.send }).click()
    await sheet.getByRole('heading', { name: text.commentCount(String(before + 1)) }).waitFor()
    // Of her own clock, as all times in the player, and no day of the server's.
    expect(await sheet.locator('.comment time').first().textContent()).toMatch(/^\d\d:\d\d$/)
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    expect(await count(text.comments)).toBe(before + 1)
    await page.locator(`${shown} .author-button a`).click()
    await page.locator(`a[href="/v/${id}"]`).click()
    await page.waitForURL(`${at.base}/v/${id}`)
    expect(await count(text.comments)).toBe(before + 1)
  })
})
