import { beforeAll, describe, expect, test } from 'bun:test'
import { ok, type Person, password } from '../api.ts'
import { hasChromium } from './chromium.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

const next = 'battery staple 9'

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium).each(looks)('account settings: $size, $scheme, $language', (look) => {
  let stage: Stage
  let uma: Person
  let now = password

  beforeAll(async () => {
    stage = await theStage()
    uma = await stage.api.register(`Uma ${look.size}`)
  })

  const signIn = async (secret: string) =>
    stage.api.post('/douyin/user/login/', { username: uma.name, password: secret })
  const atMyPage = async () => {
    const own = await visit(stage, look, { token: ok(await signIn(now)).token })
    await own.page.goto(`${own.base}/me`)
    await isSignedIn(own)
    return own
  }
  const isSignedIn = ({ page }: Visit) => page.getByRole('heading', { name: uma.name }).waitFor()
  const isSignedOut = ({ page, text }: Visit) => page.getByLabel(text.userName).waitFor()
  const openSettings = async ({ page, text }: Visit) => {
    await page.getByRole('button', { name: text.settings }).filter({ visible: true }).click()
    return page.getByRole('dialog', { name: text.settings })
  }
  const openPassword = async (own: Visit) => {
    const { page, text } = own
    await (await openSettings(own)).getByRole('button', { name: text.changePassword }).click()
    const dialog = page.getByRole('dialog', { name: text.changePassword })
    return {
      dialog,
      current: dialog.getByLabel(text.currentPassword),
      next: dialog.getByLabel(text.newPassword),
      change: dialog.getByRole('button', { name: text.changePassword }),
    }
  }

  test('a guest’s settings show no account section', async () => {
    await using guest = await visit(stage, look)
    await guest.page.goto(`${guest.base}/login`)
    const dialog = await openSettings(guest)
    await dialog.getByText(guest.text.theme).waitFor()
    expect(await dialog.getByText(guest.text.account).count()).toBe(0)
  })

  test('signing up reports a taken look-alike name and invisible characters; signing in accepts another case and a trailing blank', async () => {
    await using guest = await visit(stage, look)
    const { page, text } = guest
    await page.goto(`${guest.base}/login`)
    const [name, secret] = [page.getByLabel(text.userName), page.getByLabel(text.password, { exact: true })]
    const expectMessage = async (userName: string, sentence: string) => {
      await name.fill(userName)
      await secret.fill(now)
      await page.getByRole('button', { name: text.signUp }).click()
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
    }
    await page.getByRole('button', { name: text.signUp }).click()
    const isChinese = look.language === 'zh'
    await expectMessage(`Umа ${look.size}`, isChinese ? '用户名已被使用' : 'User already exist')
    const hidden = isChinese
      ? '用户名不能包含不可见字符或控制字符'
      : 'Username must not contain invisible or control characters'
    await expectMessage(`Um\u200ba ${look.size}`, hidden)
    await page.getByRole('button', { name: text.signIn }).click()
    await name.fill(`${uma.name.toUpperCase()} `)
    await secret.fill(now)
    await page.getByRole('button', { name: text.signIn }).click()
    await page.waitForURL(`${guest.base}/`)
    await page.goto(`${guest.base}/me`)
    await isSignedIn(guest)
  })

  test('a wrong current password is reported in the form, and the user stays signed in', async () => {
    await using own = await atMyPage()
    const form = await openPassword(own)
    await form.current.fill('not the password')
    await form.next.fill(next)
    await form.change.click()
    const message = look.language === 'zh' ? '当前密码不正确' : 'The current password is wrong'
    await form.dialog.getByRole('alert').filter({ hasText: message }).waitFor()
    await own.page.reload()
    await isSignedIn(own)
    expect((await signIn(now)).status_code).toBe(0)
  })

  test('a new password has the rules of signing up, and breaking them shows the same messages', async () => {
    await using own = await atMyPage()
    const form = await openPassword(own)
    await form.dialog.getByText(own.text.newPasswordRules(6, 32)).waitFor()
    await form.current.fill(now)
    await form.next.fill('short')
    await form.change.click()
    expect(await form.next.evaluate((field: HTMLInputElement) => field.matches(':focus:invalid'))).toBe(true)
    await form.next.fill('l'.repeat(33))
    await form.change.click()
    const message = look.language === 'zh' ? '密码最多 32 个字符' : 'Password must have at most 32 characters'
    await form.dialog.getByRole('alert').filter({ hasText: message }).waitFor()
    expect((await signIn(now)).status_code).toBe(0)
  })

  test('a password can be changed by keyboard alone: this browser stays signed in, and another one is signed out', async () => {
    await using other = await atMyPage()
    await using own = await atMyPage()
    const { page, text } = own
    const press = (key: string) => page.keyboard.press(key)
    await page.getByRole('button', { name: text.settings }).filter({ visible: true }).focus()
    await press('Enter')
    await page.getByRole('dialog', { name: text.settings }).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    for (let steps = 0; steps < 20 && (await focused()) !== text.changePassword; steps++) await press('Tab')
    await press('Enter')
    const dialog = page.getByRole('dialog', { name: text.changePassword })
    await dialog.waitFor()
    await press('Tab')
    await page.keyboard.type(now)
    await press('Tab')
    await page.keyboard.type(next)
    expect(await dialog.getByLabel(text.newPassword).inputValue()).toBe(next)
    await press('Enter')
    await page.getByRole('status').filter({ hasText: text.passwordChanged }).waitFor()
    now = next
    expect(await page.getByRole('dialog').count()).toBe(0)
    // The focus must not be lost, though on a phone the settings button is rendered again.
    await page.waitForFunction(() => document.activeElement !== document.body)
    await isSignedIn(own)
    await page.reload()
    await isSignedIn(own)
    await isSignedOut(other)
    expect((await signIn(password)).status_code).not.toBe(0)
    ok(await signIn(next))
  })

  test('a request with the old token, sent before the new one arrives, does not sign the user out', async () => {
    await using own = await atMyPage()
    const { page, text } = own
    const rejected = page.waitForResponse(
      async (answer) => new URL(answer.url()).pathname === '/douyin/user/' && (await answer.json()).status_code === 3,
    )
    await page.route('**/douyin/user/password/', async (route) => {
      const response = await route.fetch()
      await rejected
      await route.fulfill({ response })
    })
    const form = await openPassword(own)
    await form.current.fill(now)
    await form.next.fill(`${next}!`)
    await form.change.click()
    await page.getByRole('status').filter({ hasText: text.passwordChanged }).waitFor()
    now = `${next}!`
    await isSignedIn(own)
    expect(await page.getByText(text.sessionExpired).count()).toBe(0)
  })

  test('after a confirmation, signing out everywhere signs out this browser and another one', async () => {
    await using other = await atMyPage()
    await using own = await atMyPage()
    const { page, text } = own
    const openConfirmation = async () => {
      await (await openSettings(own)).getByRole('button', { name: text.signOutEverywhere }).click()
      return page.getByRole('dialog', { name: text.signOutEverywhere })
    }
    await (await openConfirmation()).getByRole('button', { name: text.cancel }).click()
    await page.reload()
    await isSignedIn(own)
    await (await openConfirmation()).getByRole('button', { name: text.signOut, exact: true }).click()
    await page.getByRole('status').filter({ hasText: text.signedOutEverywhere }).waitFor()
    await isSignedOut(own)
    await isSignedOut(other)
    ok(await signIn(now))
  })
})
