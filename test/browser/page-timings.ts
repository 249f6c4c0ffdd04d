// Performance figures of the browser, recorded in the page from its start on.
import type { BrowserContext, Page } from 'playwright-core'

export interface PageTimings {
  /** The time of the first film’s first frame, in ms from the start of the navigation. */
  firstFrame: number
  /** From the key press or, after a swipe, from the change of slide until the next film’s picture is painted, in ms. */
  pictures: number[]
  /** From the same start until the film moves, which is no sooner than its second frame, in ms. */
  motions: number[]
  shift: number
  longestTask: number
}

export async function recordTimings(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const timings: PageTimings = { firstFrame: 0, pictures: [], motions: [], shift: 0, longestTask: 0 }
    Object.assign(window, { timings })
    const observe = (
      type: string,
      see: (entry: PerformanceEntry & { value: number; hadRecentInput: boolean }) => void,
    ) =>
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) see(entry as Parameters<typeof see>[0])
      }).observe({ type, buffered: true })
    observe('longtask', ({ duration }) => {
      timings.longestTask = Math.max(timings.longestTask, duration)
    })
    // Browsers also set hadRecentInput right after a resize. Without a real input we count the shift.
    let isTouched = false
    for (const type of ['keydown', 'pointerdown', 'wheel']) addEventListener(type, () => (isTouched = true), true)
    observe('layout-shift', ({ value, hadRecentInput }) => {
      if (!(hadRecentInput && isTouched)) timings.shift += value
    })
    let keyAt = 0
    addEventListener('keydown', ({ timeStamp }) => (keyAt = timeStamp), true)
    let shown: Element | null = null
    const painted = new WeakMap<HTMLVideoElement, Promise<void>>()
    const look = () => {
      for (const film of document.querySelectorAll('video')) {
        if (painted.has(film)) continue
        painted.set(film, new Promise((resolve) => film.requestVideoFrameCallback(() => resolve())))
      }
      const slide = document.querySelector('article.slide:not([inert])')
      const film = slide?.querySelector('video')
      if (slide && film && slide !== shown) {
        void (shown ? noteTurn(film) : noteFirst(film))
        shown = slide
      }
    }
    async function noteFirst(film: HTMLVideoElement) {
      await painted.get(film)
      timings.firstFrame = performance.now()
      // The driver waits for this log line: to poll the page would distort the measurement.
      console.debug('first frame')
    }
    async function noteTurn(film: HTMLVideoElement) {
      const from = keyAt || performance.now()
      film.requestVideoFrameCallback((now) => {
        timings.motions.push(now - from)
        console.debug('next frame')
      })
      await painted.get(film)
      requestAnimationFrame((now) => timings.pictures.push(Math.max(0, now - from)))
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ['inert'] })
  })
}

/** Resolves when the page has recorded a frame of this kind. */
export const timingRecorded = (page: Page, what: 'first frame' | 'next frame') =>
  page.waitForEvent('console', (line) => line.text() === what)

export const readTimings = (page: Page) => page.evaluate(() => (window as unknown as { timings: PageTimings }).timings)
