import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ok, type Person } from '../api.ts'
import { until } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { hasChromium } from './chromium.ts'
import { shown } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { lostConnection, type Visit, visit } from './visit.ts'

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('the player’s own changes to likes and comment counts', () => {
  let stage: Stage
  let proxy: TcpProxy
  let ida: Person
  let at: Visit
  let id: number

  beforeAll(async () => {
    stage = await theStage()
    proxy = await openTcpProxy(stage.stack.base)
    ida = await stage.api.register('Ida')
    id = ok(await stage.api.get('/douyin/feed/')).video_list[0]!.id
    at = await visit(stage, { size: 'phone', scheme: 'light', language: 'en' }, { token: ida.token, base: proxy.base })
    at.forgive(lostConnection)
    await at.page.goto(`${at.base}/v/${id}`)
  })
  afterAll(async () => {
    await at?.end()
    await proxy?.close()
  })

  const button = (label: string) => at.page.locator(shown).getByRole('button', { name: new RegExp(`^${label}`) })
  const count = async (label: string) => Number(/\d+$/.exec((await button(label).textContent()) ?? '')?.[0])

  test('a like and an unlike that both fail leave the heart and its count as they were', async () => {
    const { page, text } = at
    const before = await count(text.like)
    let failed = 0
    page.on('requestfailed', (request) => void (request.url().includes('/favorite/') && failed++))
    proxy.down()
    await button(text.like).evaluate((heart: HTMLElement) => {
      heart.click()
      heart.click()
    })
    await until(async () => failed === 2)
    proxy.up()
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(await count(text.like)).toBe(before)
  })

  test('a new comment counts once, also in a list that was loaded after it and includes it', async () => {
    const { page, text } = at
    const before = await count(text.comments)
    await button(text.comments).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByPlaceholder(text.addComment).fill('once')
    await sheet.getByRole('button', { name: text.send }).click()
    await sheet.getByRole('heading', { name: text.commentCount(String(before + 1)) }).waitFor()
    // The player shows the time by the browser's clock, not the date that the server returns.
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
