import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ok, type Person } from '../api.ts'
import { hasChromium } from './chromium.ts'
import { shown } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script></h1>&lt;b&gt;'
/** Starts right-to-left text and never ends it. */
const bidi = '\u202Egnihton si siht\u202D \u2066‏שלום‏ a\u0000b'.replace('\u0000', '')
const family = '👨‍👩‍👧‍👦'
const cut = (text: string, maxLength: number) => [...text].slice(0, maxLength).join('')

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium).each(looks)('text from users: $size, $scheme, $language', (look) => {
  let stage: Stage
  let eve: Person
  let id: number
  let reader: Visit
  const titles = {
    markup: cut(`${markup} ${look.size}`, 255),
    bidi: `${bidi} ${look.size}`,
    emoji: cut(family.repeat(40), 255),
    word: 'w'.repeat(255),
  }

  beforeAll(async () => {
    stage = await theStage()
    const { api, clips, noah, mia } = stage
    // Two characters reverse the direction of all that follows. Only accounts of an older version can have such a name.
    const name = cut(`${look.size[0]}<b>\u202E${family}\u2067</a>`, 32)
    eve = { ...(await api.register(`Eve ${look.size}`)), name }
    await stage.stack.userDatabase.query('update user set name = ? where id = ?', [name, eve.id])
    const { token } = eve
    for (const title of Object.values(titles)) ok(await api.publish(eve, title, Bun.file(clips[2]!)))
    id = ok(await api.get('/douyin/publish/list/', { user_id: eve.id })).video_list[0]!.id
    for (const text of [
      markup,
      bidi,
      ...Array.from({ length: 4 }, () => cut(family.repeat(200), 1000)),
      'w'.repeat(1000),
    ]) {
      ok(await api.post('/douyin/comment/action/', { token, video_id: id, action_type: 1, comment_text: text }))
      ok(
        await api.post('/douyin/message/action/', {
          token: mia.token,
          to_user_id: eve.id,
          action_type: 1,
          content: text,
        }),
      )
    }
    ok(await api.post('/douyin/message/action/', { token, to_user_id: noah.id, action_type: 1, content: markup }))
    ok(await api.post('/douyin/user/update/', { token, signature: cut(`${markup}${bidi}${family.repeat(50)}`, 255) }))
    reader = await visit(stage, look, { token })
  })
  afterAll(() => reader?.end())

  /** Checks that nothing is wider than the window, and that these elements are within it. */
  const expectInWindow = async (...selectors: string[]) => {
    const { page } = reader
    expect(await page.evaluate(() => document.scrollingElement!.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    const { width, height } = page.viewportSize()!
    await page.evaluate(() =>
      Promise.all(
        document
          .querySelector('dialog')
          ?.getAnimations()
          .map((one) => one.finished) ?? [],
      ),
    )
    for (const selector of selectors) {
      const box = (await page.locator(selector).first().boundingBox())!
      expect([
        selector,
        box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height,
      ]).toEqual([selector, true])
    }
  }
  const textOf = async (selector: string) => (await reader.page.locator(selector).first().textContent())?.trim()

  test('titles and names are shown as text over the video, and the buttons stay in the window', async () => {
    const { page } = reader
    const videos = ok(await stage.api.get('/douyin/publish/list/', { user_id: eve.id })).video_list
    for (const { id, title } of videos) {
      await page.goto(`${reader.base}/v/${id}`)
      await page.locator(`${shown} .caption-title`).waitFor()
      expect(await textOf(`${shown} .caption-title`)).toBe(title)
      expect(await textOf(`${shown} .caption-author`)).toBe(`@${eve.name}`)
      await expectInWindow(`${shown} .action`, `${shown} .caption-author`)
      await page.locator(`${shown} .caption-title`).click()
      await expectInWindow(`${shown} .action`, `${shown} .caption-author`)
    }
    expect(videos.map((video) => video.title).toSorted()).toEqual(Object.values(titles).toSorted())
  })

  test('comments of 1000 emoji and of one very long word do not widen the comment sheet', async () => {
    const { page, text } = reader
    await page.goto(`${reader.base}/v/${id}`)
    await page
      .locator(shown)
      .getByRole('button', { name: new RegExp(`^${text.comments}`) })
      .click()
    const sheet = page.getByRole('dialog')
    await sheet.locator('.comment-text').nth(6).waitFor()
    const comments = await sheet.locator('.comment-text').allTextContents()
    expect(comments).toContain(markup)
    expect(comments.at(-2)).toBe(bidi)
    expect(comments.filter((one) => one.includes(family))).toHaveLength(4)
    expect(await sheet.locator('.sheet-body').evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0)
    await expectInWindow('dialog[open]', 'dialog[open] .writer')
  })

  test('10 kB of emoji in a field are cut to the allowed length at a character boundary', async () => {
    const { page, text } = reader
    const sheet = page.getByRole('dialog')
    const field = sheet.getByPlaceholder(text.addComment)
    await field.fill('🔥'.repeat(2560))
    await sheet.getByRole('button', { name: text.send }).click()
    await sheet.locator('.comment-text').nth(7).waitFor()
    const [newest] = await sheet.locator('.comment-text').allTextContents()
    expect(newest).toMatch(/^🔥+$/u)
    expect(newest!.length).toBeLessThanOrEqual(1000)
  })

  test('a profile stays within the window', async () => {
    const { page } = reader
    await page.goto(`${reader.base}/u/${eve.id}`)
    await page.locator('.cell img').nth(3).waitFor()
    expect(await textOf('.profile-head h1')).toBe(eve.name)
    expect(await textOf('.profile-signature')).toContain(cut(markup, 60))
    await expectInWindow('.profile-head h1', '.profile-actions .button')
  })

  test('the list of chats and a chat stay within the window', async () => {
    const { page } = reader
    await page.goto(`${reader.base}/chat`)
    await page.locator('.conversation .quiet').filter({ hasText: markup }).first().waitFor()
    await expectInWindow('.conversation')
    await page.goto(`${reader.base}/chat/${stage.mia.id}`)
    await page.locator('.bubble').nth(6).waitFor()
    expect(await page.locator('.bubble p').first().textContent()).toBe(markup)
    expect(await page.locator('.messages').evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0)
    await expectInWindow('.writer')
  })

  test('no markup in a text became part of a page', async () => {
    expect(await reader.page.title()).not.toMatch(/^[12]/)
    expect(await reader.page.locator('img[src="x"]').count()).toBe(0)
  })
})
