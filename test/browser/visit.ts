import type { CDPSession, Page } from 'playwright-core'
import { en } from '../../player/app/english.ts'
import { zh } from '../../player/app/zh.ts'
import type { Stage } from './stage.ts'

export interface Look {
  size: keyof typeof sizes
  scheme: 'dark' | 'light'
  language: 'zh' | 'en'
}

/** The two that everything is shown at; between them both themes and both languages. */
export const looks: Look[] = [
  { size: 'phone', scheme: 'dark', language: 'zh' },
  { size: 'desktop', scheme: 'light', language: 'en' },
]

const sizes = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
}

/** A person at a browser of her own. */
export interface Visit extends AsyncDisposable {
  page: Page
  look: Look
  /** What the page says, in her language. */
  text: typeof en
  /** Where the services are for her. */
  base: string
  cdp: CDPSession
  /** From now on the page may say such things in its console: what is lost on the way is not its fault. */
  forgive(complaint: RegExp): void
  /** Ends the visit, and fails if the page complained, asked another host, or was held back by its own policy. */
  end(): Promise<void>
}

export interface VisitOptions {
  /** She is signed in. */
  token?: string
  /** Another way to the services than the straight one. */
  base?: string
  isCalm?: boolean
}

/** How long anything may take to appear. */
export const waitMs = 20_000

/** What Chromium logs about a request or a socket that got no answer. */
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
    await context.addInitScript((known) => {
      // Once: who signs out stays so.
      if (sessionStorage.getItem('known') === known) return
      sessionStorage.setItem('known', known)
      localStorage.setItem('douyin.token', known)
    }, token)
  }
  const complaints: string[] = []
  const forgiven: RegExp[] = []
  const complain = (what: string) => forgiven.some((one) => one.test(what)) || complaints.push(what)
  const page = await context.newPage()
  page.on('pageerror', (error) => complain(`thrown: ${error.stack ?? error.message}`))
  // What the policy forbids is told there, too.
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
