// `bun run screenshots [--base URL] [--out DIR]`: all pages of the player, on a phone and a desktop, dark and light.
// The server must have the demo users of `bun run seed`. The browser is Debian's chromium.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launch } from '../test/browser/chromium.ts'

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://localhost:8080' },
    out: { type: 'string', default: join(import.meta.dir, '..', 'docs', 'screenshots') },
    user: { type: 'string', default: 'Mia' },
    password: { type: 'string', default: 'douyin-demo' },
  },
})
const { base, out, user, password } = values

const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
}
const schemes = { dark: 'zh-CN', light: 'en' } as const

interface Stop {
  name: string
  path: string
  isGuest?: boolean
  /** Resolves when the page is ready for the screenshot. */
  settle(page: Page): Promise<unknown>
}

const plays = (page: Page) =>
  page.waitForFunction(() => [...document.querySelectorAll('video')].some((video) => video.currentTime > 0.8))

async function stops(token: string): Promise<Stop[]> {
  const api = async (path: string) => (await fetch(`${base}/douyin${path}`, { headers: bearer(token) })).json()
  const me = (await api('/user/')).user.id
  const { video_list } = await api('/feed/')
  const film = Buffer.from(await (await fetch(video_list[0].play_url)).arrayBuffer())
  const author = video_list.find((one: { author: { id: number } }) => one.author.id !== me).author
  const talks = (await api('/message/conversation/list/')).conversation_list
  const other = talks[0]?.id ?? author.id
  const covers = (page: Page) => page.locator('.cell img').first().waitFor()
  return [
    { name: 'feed', path: '/', isGuest: true, settle: plays },
    {
      name: 'comments',
      path: '/',
      async settle(page) {
        await plays(page)
        await page.keyboard.press('c')
        await page.locator('.comment-text, .sheet .notice').first().waitFor()
      },
    },
    { name: 'following', path: '/following', settle: plays },
    { name: 'profile', path: `/u/${author.id}`, settle: covers },
    { name: 'me', path: '/me', settle: (page) => page.locator('.cell img, .notice').first().waitFor() },
    {
      name: 'edit',
      path: '/me',
      async settle(page) {
        await page.locator('.profile-actions .button').click()
        await page.locator('.picture-field').first().waitFor()
      },
    },
    {
      name: 'people',
      path: `/u/${author.id}`,
      async settle(page) {
        await page.locator('.profile-counts button').nth(1).click()
        await page.locator('.person, .sheet .notice').first().waitFor()
      },
    },
    { name: 'chats', path: '/chat', settle: (page) => page.locator('.conversation, .notice').first().waitFor() },
    {
      name: 'chat',
      path: `/chat/${other}`,
      settle: (page) => page.locator('.bubble, .messages .notice').first().waitFor(),
    },
    { name: 'upload', path: '/upload', settle: (page) => page.locator('.limits').waitFor() },
    {
      name: 'cover',
      path: '/upload',
      async settle(page) {
        await page
          .locator('input[type=file]')
          .setInputFiles({ name: 'My film.mp4', mimeType: 'video/mp4', buffer: film })
        const slider = page.locator('.strip input')
        await slider.waitFor()
        await slider.fill(`${Math.round((Number(await slider.getAttribute('max')) * 0.6) / 100) * 100}`)
        await page.locator('.cover-picker').scrollIntoViewIfNeeded()
      },
    },
    { name: 'docs', path: '/docs', isGuest: true, settle: (page) => page.locator('h2').first().waitFor() },
    { name: 'login', path: '/login', isGuest: true, settle: (page) => page.locator('form').waitFor() },
    {
      name: 'settings',
      path: '/me',
      async settle(page) {
        await page.locator('.nav-settings:visible, .profile-actions .only-narrow:visible').first().click()
        await page.locator('.segments').first().waitFor()
      },
    },
  ]
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function signIn(): Promise<string> {
  const body = new URLSearchParams({ username: user, password })
  const answer = await (await fetch(`${base}/douyin/user/login/`, { method: 'POST', body })).json()
  if (answer.status_code === 0) return answer.token
  throw new Error(`${user} cannot sign in at ${base}: ${answer.status_msg} (is it seeded?)`)
}

async function visit(browser: Browser, size: keyof typeof sizes, scheme: keyof typeof schemes, token: string) {
  const problems: string[] = []
  for (const { name, path, isGuest, settle } of await stops(token)) {
    const look = { ...sizes[size], colorScheme: scheme, locale: schemes[scheme] }
    const context = await browser.newContext(look)
    if (!isGuest) {
      await context.addInitScript((known) => {
        if (location.protocol.startsWith('http')) localStorage.setItem('douyin.token', known)
      }, token)
    }
    const page = await context.newPage()
    page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`))
    page.on('console', (line) => line.type() === 'error' && problems.push(`${name}: ${line.text()}`))
    await page.goto(base + path)
    await settle(page).catch((error) => problems.push(`${name}: ${error.message.split('\n')[0]}`))
    // Waits for pictures and for transitions to end.
    await page.waitForTimeout(600)
    await page.screenshot({ path: join(out, `${name}-${size}-${scheme}.jpg`), type: 'jpeg', quality: 85 })
    await context.close()
  }
  return problems
}

await mkdir(out, { recursive: true })
const token = await signIn()
const browser = await launch()
const problems: string[] = []
for (const size of ['phone', 'desktop'] as const) {
  for (const scheme of ['dark', 'light'] as const) problems.push(...(await visit(browser, size, scheme, token)))
}
await browser.close()
for (const problem of problems) console.error(problem)
console.log(`screenshots are in ${out}`)
if (problems.length > 0) process.exit(1)
