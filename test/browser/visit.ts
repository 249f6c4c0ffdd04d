import type { CDPSession, Page } from 'playwright-core'
import { en } from '../../player/app/english.ts'
import { zh } from '../../player/app/zh.ts'
import type { Stage } from './stage.ts'

export interface Look {
  size: keyof typeof sizes
  scheme: 'dark' | 'light'
  language: 'zh' | 'en'
}

/** The two variants of every test. Together they cover both themes and both languages. */
export const looks: Look[] = [
  { size: 'phone', scheme: 'dark', language: 'zh' },
  { size: 'desktop', scheme: 'light', language: 'en' },
]

const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
}

/** A user in an own browser context. */
export interface Visit extends AsyncDisposable {
  page: Page
  look: Look
  /** The texts of the player in the user's language. */
  text: typeof en
  /** The base URL of web-srv for this user. */
  base: string
  cdp: CDPSession
  /** Allows such console messages from now on, since the test and not the page breaks the connection. */
  forgive(complaint: RegExp): void
  /** Closes the context. Fails if the page logged an error, called another host, or violated its own policy. */
  end(): Promise<void>
}

export interface VisitOptions {
  /** Signs the user in. */
  token?: string
  /** Another base URL, such as that of a proxy. */
  base?: string
  isCalm?: boolean
}

/** The maximum wait for anything to appear. */
export const waitMs = 20_000

/** Messages of Chromium about a request or a socket without an answer. */
export const lostConnection = /net::ERR_|WebSocket connection/

export async function visit({ browser, stack }: Stage, look: Look, options: VisitOptions = {}): Promise<Visit> {
  const { token = '', base = stack.base, isCalm = false } = options
  const context = await browser.newContext({
    ...sizes[look.size],
    colorScheme: look.scheme,
    locale: look.language === 'zh' ? 'zh-CN' : 'en',
    reducedMotion: isCalm ? 'reduce' : 'no-preference',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(waitMs)
  if (token) {
    await context.addInitScript((value) => {
      // The token is set once, so that a user who signs out stays signed out.
      if (sessionStorage.getItem('known') === value) return
      sessionStorage.setItem('known', value)
      localStorage.setItem('douyin.token', value)
    }, token)
  }
  const complaints: string[] = []
  const forgiven: RegExp[] = []
  const complain = (what: string) => forgiven.some((one) => one.test(what)) || complaints.push(what)
  const page = await context.newPage()
  page.on('pageerror', (error) => complain(`thrown: ${error.stack ?? error.message}`))
  // Violations of the content security policy are logged here too.
  page.on('console', (line) => line.type() === 'error' && complain(`console: ${line.text()} ${line.location().url}`))
  const { host } = new URL(base)
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(http|ws)/.test(url.protocol) && url.host !== host) complain(`asked ${url.href}`)
  })
  const end = async () => {
    await context.close()
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.splice(0).join('\n')}`)
  }
  return {
    page,
    look,
    text: look.language === 'zh' ? zh : en,
    base,
    cdp: await context.newCDPSession(page),
    forgive: (complaint) => void forgiven.push(complaint),
    end,
    [Symbol.asyncDispose]: end,
  }
}
