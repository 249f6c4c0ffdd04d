// What a browser tells about its own work, noted in the page from its first moment on.
import type { BrowserContext, Page } from 'playwright-core'

export interface Notes {
  /** When the first film’s first frame was on the screen, ms from the start of the navigation. */
  firstFrame: number
  /** From the key, or from when a swiped slide is the one shown, until the next film’s picture is on the screen, ms. */
  pictures: number[]
  /** Until it moves: no sooner than its second frame. */
  motions: number[]
  shift: number
  longestTask: number
}

export async function takeNotes(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const notes: Notes = { firstFrame: 0, pictures: [], motions: [], shift: 0, longestTask: 0 }
    Object.assign(window, { notes })
    const observe = (
      type: string,
      see: (entry: PerformanceEntry & { value: number; hadRecentInput: boolean }) => void,
    ) =>
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) see(entry as Parameters<typeof see>[0])
      }).observe({ type, buffered: true })
    observe('longtask', ({ duration }) => {
      notes.longestTask = Math.max(notes.longestTask, duration)
    })
    // A browser forgives what moves right after it got its size, as after a touch: we do not.
    let isTouched = false
    for (const type of ['keydown', 'pointerdown', 'wheel']) addEventListener(type, () => (isTouched = true), true)
    observe('layout-shift', ({ value, hadRecentInput }) => {
      if (!(hadRecentInput && isTouched)) notes.shift += value
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
      notes.firstFrame = performance.now()
      // Waiting for it by asking the page again and again would be work beside the one that is measured.
      console.debug('first frame')
    }
    async function noteTurn(film: HTMLVideoElement) {
      const from = keyAt || performance.now()
      film.requestVideoFrameCallback((now) => {
        notes.motions.push(now - from)
        console.debug('next frame')
      })
      await painted.get(film)
      requestAnimationFrame((now) => notes.pictures.push(Math.max(0, now - from)))
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ['inert'] })
  })
}

/** Resolves when the page has noted a frame of this kind. */
export const noted = (page: Page, what: 'first frame' | 'next frame') =>
  page.waitForEvent('console', (line) => line.text() === what)

export const notesOf = (page: Page) => page.evaluate(() => (window as unknown as { notes: Notes }).notes)
