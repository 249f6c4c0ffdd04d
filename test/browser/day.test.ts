import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ok } from '../api.ts'
import { until } from '../stack.ts'
import { hasChromium } from './chromium.ts'
import { listenToFilm, shown, watchFilm } from './films.ts'
import { doubleTap, goOn, middleOf, nothingSlides } from './gestures.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

/** Slow enough that a test can watch the progress of an upload. */
const uploadBytesPerSecond = 1_500_000
const password = 'correct horse'

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium).each(looks)('a user’s day in a browser: $size, $scheme, $language', (look) => {
  const name = `Zoe ${look.size}`
  const title = `我的第一个视频 on a ${look.size} 🎬`
  let stage: Stage
  let zoe: Visit
  let token: string
  let id: number

  beforeAll(async () => {
    stage = await theStage()
    // The next video after Zoe's: other tests write comments to the videos of the stage.
    ok(await stage.api.publish(stage.mia, `for ${look.size}s`, Bun.file(stage.clips[0]!)))
    zoe = await visit(stage, look)
  })
  afterAll(() => zoe?.end())

  const mine = async () => ok(await stage.api.get('/douyin/user/', { token })).user
  /** A button’s name may end with its count. */
  const button = (label: string) =>
    zoe.page.locator(shown).getByRole('button', { name: new RegExp(`^${label}( \\d+)?$`) })

  test('a guest signs up and returns to the page of before', async () => {
    const { page, text } = zoe
    await page.goto(zoe.base)
    expect(await page.locator('html').getAttribute('data-theme')).toBe(look.scheme)
    await page.getByRole('link', { name: text.signIn }).click()
    await page.locator('.account-other button').click()
    await page.getByLabel(text.userName).fill(name)
    await page.getByLabel(text.password, { exact: true }).fill(password)
    await page.getByRole('button', { name: text.signUp }).click()
    await page.waitForURL(`${zoe.base}/`)
    await page.getByRole('link', { name: text.me, exact: true }).waitFor()
    token = ok(await stage.api.post('/douyin/user/login/', { username: name, password })).token
  })

  test('an upload shows its progress, and then the video', async () => {
    const { page, text, cdp } = zoe
    await page.getByRole('link', { name: text.upload, exact: true }).click()
    await page.locator('input[type=file]').setInputFiles(stage.bigClip)
    await page.getByLabel(text.title).fill(title)
    await page.evaluate(() => {
      const seen: string[] = []
      Object.assign(window, { seen })
      const look = () => {
        const progress = document.querySelector('.upload-row .quiet')?.textContent
        if (progress && progress !== seen.at(-1)) seen.push(progress)
      }
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
    })
    const conditions = { offline: false, latency: 0, downloadThroughput: -1 }
    await cdp.send('Network.emulateNetworkConditions', { ...conditions, uploadThroughput: uploadBytesPerSecond })
    await page.getByRole('button', { name: text.publish, exact: true }).click()
    await page.getByRole('status').filter({ hasText: text.published }).waitFor()
    await cdp.send('Network.emulateNetworkConditions', { ...conditions, uploadThroughput: -1 })
    const percents = await page.evaluate(() => (window as unknown as { seen: string[] }).seen.map(Number.parseFloat))
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    expect(percents.filter((one) => one > 0 && one < 100).length).toBeGreaterThan(2)
    expect(percents.at(-1)).toBe(100)
    await page.waitForURL(/\/v\/\d+$/)
    id = Number(page.url().split('/').at(-1))
  })

  test('the new video is the first in the feed, for its author and for guests', async () => {
    expect(ok(await stage.api.get('/douyin/feed/')).video_list[0]).toMatchObject({ id, title, author: { name } })
    await zoe.page.getByRole('link', { name: zoe.text.home, exact: true }).click()
    await zoe.page.locator(`${shown} .caption-title`).filter({ hasText: title }).waitFor()
  })

  test('the video plays, and its sound can be heard after a tap on the button', async () => {
    const { seconds, difference } = await watchFilm(zoe.page)
    expect(seconds).toBeGreaterThanOrEqual(0.5)
    expect(difference).toBeGreaterThan(1)
    await button(zoe.text.unmute).click()
    const { isMuted, decodedBytes, peak } = await listenToFilm(zoe.page)
    expect(isMuted).toBe(false)
    expect(decodedBytes).toBeGreaterThan(1000)
    expect(peak).toBeGreaterThan(0.01)
  })

  test('the next video is the only one that plays, with sound', async () => {
    const { page } = zoe
    await goOn(zoe)
    await page.locator(shown).filter({ hasNotText: title }).locator('.caption-title').waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    expect((await listenToFilm(page)).isMuted).toBe(false)
    const playing = () => [...document.querySelectorAll('video')].filter((film) => !film.paused).length
    expect(await page.evaluate(playing)).toBe(1)
  })

  test('a double tap likes the video, and shows a heart there that soon disappears', async () => {
    const { page, text } = zoe
    const { x, y } = await middleOf(page)
    const burst = page.locator('.burst')
    await Promise.all([burst.waitFor({ state: 'attached' }), doubleTap(zoe, x, y)])
    await button(text.unlike).waitFor()
    await burst.waitFor({ state: 'detached' })
    await until(async () => (await mine()).favorite_count === 1)
    // Neither tap pauses the video.
    expect((await watchFilm(page)).seconds).toBeGreaterThan(0)
  })

  test('a comment can be written and deleted', async () => {
    const { page, text } = zoe
    await button(text.comments).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByPlaceholder(text.addComment).fill('太好看了 <3')
    await sheet.getByRole('button', { name: text.send }).click()
    const written = sheet.locator('.comment-text').filter({ hasText: '太好看了 <3' })
    await written.waitFor()
    await sheet.getByRole('heading', { name: text.commentCount('1') }).waitFor()
    await sheet.getByRole('button', { name: text.remove }).click()
    await page.getByRole('dialog', { name: text.removeComment }).getByRole('button', { name: text.remove }).click()
    await written.waitFor({ state: 'detached' })
    await sheet.getByRole('heading', { name: text.commentCount('0') }).waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await nothingSlides(page)
  })

  test('the author can be followed at the video, and “following” then shows the author’s videos', async () => {
    const { page, text } = zoe
    const author = (await page.locator(`${shown} .caption-author`).textContent())!.slice(1)
    await button(`${text.follow} ${author}`).click()
    await page.locator(`${shown} .follow-dot`).waitFor({ state: 'detached' })
    await until(async () => (await mine()).follow_count === 1)
    await page.getByRole('link', { name: text.following, exact: true }).first().click()
    await page.waitForURL(`${zoe.base}/following`)
    await page.locator(`${shown} .caption-author`).filter({ hasText: author }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    await page.getByRole('link', { name: text.home, exact: true }).click()
    await page.waitForURL(`${zoe.base}/`)
  })

  test('a shared link opens for a guest, and has the metadata that messengers show', async () => {
    const { page, text } = zoe
    await page.goto(`${zoe.base}/v/${id}`)
    await button(text.share).click()
    await page.getByRole('status').filter({ hasText: text.linkCopied }).waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(link).toBe(`${zoe.base}/v/${id}`)
    const html = await (await fetch(link)).text()
    const tag = (name: string) => new RegExp(`property="${name}" content="([^"]*)"`).exec(html)?.[1] ?? ''
    expect(tag('og:title')).toBe(title)
    expect(tag('og:url')).toBe(link)
    const media = await Promise.all(['og:image', 'og:video'].map(async (name) => fetch(tag(name))))
    expect(media.map((answer) => answer.headers.get('content-type'))).toEqual(['image/jpeg', 'video/mp4'])
    await using guest = await visit(stage, look)
    await guest.page.goto(link)
    await guest.page.locator(`${shown} .caption-title`).filter({ hasText: title }).waitFor()
    expect((await watchFilm(guest.page)).difference).toBeGreaterThan(1)
  })
})
