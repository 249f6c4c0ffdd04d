import type { Page } from 'playwright-core'
import { shown } from './films.ts'
import type { Visit } from './visit.ts'

/** Moves to the next video by a swipe on a phone or the arrow key on a desktop, and waits until the reel rests. */
export async function goOn(visit: Visit): Promise<void> {
  const before = await placeOf(visit.page)
  if (visit.look.size === 'phone') await swipeUp(visit)
  else await visit.page.keyboard.press('ArrowDown')
  await restsAt(visit.page, before + 1)
}

/** The position of the video on the screen, counted from 0. */
const placeOf = (page: Page) => page.locator('.reel').evaluate((reel) => Math.round(reel.scrollTop / reel.clientHeight))

/** Waits until the reel rests at the video with this position, counted from 0. */
export async function restsAt(page: Page, place: number): Promise<void> {
  const rests = page.waitForFunction((wanted) => {
    const reel = document.querySelector('.reel')
    return reel && Math.abs(reel.scrollTop - wanted * reel.clientHeight) < 1
  }, place)
  await rests.catch(async (cause) => {
    const { top, height } = await page
      .locator('.reel')
      .evaluate((reel) => ({ top: reel.scrollTop, height: reel.clientHeight }))
    throw new Error(`the reel is at ${top / height}, not at ${place}`, { cause })
  })
}

/**
 * Waits until the transitions that open or close a sheet have ended. If a click target moves, the driver scrolls before
 * it retries, and the reel would go to another video.
 */
export async function nothingSlides(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.getAnimations().some((one) => one instanceof CSSTransition))
}

/**
 * Drags a finger over most of the screen and rests it before it is lifted. The event timestamps do not depend on the load
 * of the machine. A finger lifted in motion would be a fling: if its first frame comes late, Chromium scrolls past the
 * next video within that frame and rests at the one after.
 */
export async function swipeUp({ page, cdp }: Visit): Promise<void> {
  const { width, height } = page.viewportSize()!
  const lifted = await clockOf(page)
  const moves = [0.75, 0.6, 0.45, 0.3, 0.15, 0.15].map((share, i) => ['touchMove', share, 0.45 - i * 0.05] as const)
  for (const [type, share, before] of [['touchStart', 0.85, 0.5] as const, ...moves, ['touchEnd', 0, 0] as const]) {
    // Left of the controls over the middle.
    const touchPoints = type === 'touchEnd' ? [] : [{ x: width / 5, y: height * share }]
    await cdp.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: lifted - before })
  }
}

/** The current time of the browser, in seconds. */
const clockOf = (page: Page) => page.evaluate(() => (performance.timeOrigin + performance.now()) / 1000)

/** Two taps or clicks at one place, 0.1 s apart by their event timestamps, whatever the load of the machine. */
export async function doubleTap({ page, cdp, look }: Visit, x: number, y: number): Promise<void> {
  const seconds = await clockOf(page)
  const sent = [0, 0.1].flatMap((after) => {
    const timestamp = seconds + after
    if (look.size === 'phone') {
      return [
        cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }], timestamp }),
        cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [], timestamp: timestamp + 0.02 }),
      ]
    }
    const button = { x, y, button: 'left' as const, clickCount: 1 }
    return [
      cdp.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...button, timestamp }),
      cdp.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...button, timestamp: timestamp + 0.02 }),
    ]
  })
  await Promise.all(sent)
}

/** The middle of the video on the screen. */
export async function middleOf(page: Page): Promise<{ x: number; y: number }> {
  const box = (await page.locator(`${shown} .stage`).boundingBox())!
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }
}
