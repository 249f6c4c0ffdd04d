import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { makeFolder, removeFolder } from '../../web-srv/src/media/clips.fixture.ts'
import { ok, type Person, password } from '../api.ts'
import { hasChromium } from './chromium.ts'
import { shown, watchFilm } from './films.ts'
import { goOn } from './gestures.ts'
import { drawPicture } from './picture.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium).each(looks)('the own profile: $size, $scheme, $language', (look) => {
  let stage: Stage
  let folder: string
  let ava: Person
  let own: Visit
  let id: number

  beforeAll(async () => {
    stage = await theStage()
    folder = await makeFolder()
    const { register, publish, get, post } = stage.api
    ava = await register(`Ava ${look.size}`)
    ok(await publish(ava, '一个作品', Bun.file(stage.clips[1]!)))
    id = ok(await get('/douyin/publish/list/', { user_id: ava.id })).video_list[0]!.id
    const feed = ok(await get('/douyin/feed/')).video_list
    const { token } = ava
    for (const { id } of feed.slice(1, 4)) {
      ok(await post('/douyin/favorite/action/', { token, video_id: id, action_type: 1 }))
    }
    for (const [from, to] of [
      [ava, stage.mia],
      [ava, stage.noah],
      [stage.mia, ava],
    ] as const) {
      ok(await post('/douyin/relation/action/', { token: from.token, to_user_id: to.id, action_type: 1 }))
    }
    own = await visit(stage, look, { token })
  })
  afterAll(async () => {
    await own?.end()
    await removeFolder(folder)
  })

  /** Waits until exactly this many covers are loaded. */
  const covers = async (count: number) => {
    await own.page.waitForFunction((wanted) => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>('.cell img')]
      return pictures.length === wanted && pictures.every((one) => one.complete && one.naturalWidth > 0)
    }, count)
  }

  test('the profile shows the covers of works and likes', async () => {
    const { page, text } = own
    await page.goto(`${own.base}/me`)
    await covers(1)
    await page.getByRole('tab', { name: text.likes }).click()
    await covers(3)
    await page.getByRole('tab', { name: text.works }).click()
    await covers(1)
  })

  test('the profile lists followed users, followers and friends', async () => {
    const { page, text } = own
    const lists = [
      [text.following, text.following, ['Noah', 'Mia']],
      [text.followerCount(1), text.followers, ['Mia']],
      [text.friends, text.friends, ['Mia']],
    ] as const
    for (const [button, list, names] of lists) {
      await page.locator('.profile').getByRole('button', { name: button }).click()
      const dialog = page.getByRole('dialog', { name: list })
      await dialog
        .locator('.person')
        .nth(names.length - 1)
        .waitFor()
      expect(await dialog.locator('.person strong').allTextContents()).toEqual([...names])
      await dialog.getByRole('button', { name: text.close }).click()
      await dialog.waitFor({ state: 'detached' })
    }
  })

  test('a changed name, signature and avatar are still there after a reload', async () => {
    const { page, text } = own
    const avatar = page.locator('.profile-head .avatar img')
    const before = await avatar.getAttribute('src')
    await page.getByRole('button', { name: text.editProfile }).click()
    const dialog = page.getByRole('dialog', { name: text.editProfile })
    await dialog.getByLabel(text.displayName).fill(`艾娃 ${look.size}`)
    await dialog.getByLabel(text.signature).fill('我拍会动的东西\n<b>and</b> more')
    await dialog.getByLabel(text.avatar).setInputFiles(await drawPicture(folder))
    await dialog.getByRole('button', { name: text.save }).click()
    const toast = page.getByRole('status').filter({ hasText: text.saved })
    await toast.waitFor()
    // The toast must be a single line.
    expect((await toast.boundingBox())!.height).toBeLessThan(80)
    await page.reload()
    await page.getByRole('heading', { name: `艾娃 ${look.size}` }).waitFor()
    // A form sends line breaks as CR LF.
    expect((await page.locator('.profile-signature').textContent())?.replace('\r', '')).toBe(
      '我拍会动的东西\n<b>and</b> more',
    )
    expect(await avatar.getAttribute('src')).not.toBe(before)
    expect(
      await avatar.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
    ).toBeGreaterThan(64)
  })

  test('a reload shows the same video again, and “back” returns to the video that was watched before', async () => {
    const { page } = own
    const title = page.locator(`${shown} .caption-title`)
    await page.goto(own.base)
    const first = (await title.textContent())!
    await watchFilm(page)
    await goOn(own)
    const second = page.locator(shown).filter({ hasNotText: first }).locator('.caption-title')
    const watched = (await second.textContent())!
    await page.locator(`${shown} .caption-author`).click()
    await page.locator('.profile-head h1').waitFor()
    await page.goBack()
    await title.filter({ hasText: watched }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    await page.goto(`${own.base}/v/${id}`)
    await title.filter({ hasText: '一个作品' }).waitFor()
    await page.reload()
    await title.filter({ hasText: '一个作品' }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
  })

  test('a deleted video is gone from the profile, from the feed and from its link', async () => {
    const { page, text } = own
    await page.goto(`${own.base}/me`)
    await covers(1)
    await page.locator('.cell').hover()
    await page.getByRole('button', { name: `${text.remove}: 一个作品` }).click()
    await page.getByRole('dialog', { name: text.removeVideo }).getByRole('button', { name: text.remove }).click()
    await page.getByRole('heading', { name: text.noWorks }).waitFor()
    const ids = ok(await stage.api.get('/douyin/feed/')).video_list.map((video) => video.id)
    expect(ids).not.toContain(id)
    await page.goto(`${own.base}/v/${id}`)
    await page.getByRole('heading', { name: text.gone }).waitFor()
  })

  test('after signing out, the login form rejects a wrong password and accepts the right one', async () => {
    const { page, text } = own
    await page.goto(`${own.base}/me`)
    await page.getByRole('button', { name: text.signOut }).click()
    await page.getByLabel(text.userName).fill(`艾娃 ${look.size}`)
    await page.getByLabel(text.password, { exact: true }).fill('not the password')
    await page.locator('form').getByRole('button', { name: text.signIn }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel(text.password, { exact: true }).fill(password)
    await page.locator('form').getByRole('button', { name: text.signIn }).click()
    await page.getByRole('heading', { name: `艾娃 ${look.size}` }).waitFor()
  })
})
