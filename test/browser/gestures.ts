import type { Page } from 'playwright-core'
import { shown } from './films.ts'
import type { Visit } from './visit.ts'

/** On to the next video, as people do it there: a finger drags the page, or the arrow key is pressed. Then it rests. */
export async function goOn(visit: Visit): Promise<void> {
  const before = await placeOf(visit.page)
  if (visit.look.size === 'phone') await swipeUp(visit)
  else await visit.page.keyboard.press('ArrowDown')
  await restsAt(visit.page, before + 1)
}

/** How many videos are above the one shown. */
const placeOf = (page: Page) => page.locator('.reel').evaluate((reel) => Math.round(reel.scrollTop / reel.clientHeight))

/** Waits until a video, counted from 0, is all that is seen. */
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
 * Waits until what makes room for a sheet, or takes it back, has its place. The driver clicks on what stands still only, and
 * scrolls before it tries again: the reel would go on to another video.
 */
export async function nothingSlides(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.getAnimations().some((one) => one instanceof CSSTransition))
}

/**
 * A finger that drags most of a screen and rests before it is lifted, by its own clock, however busy the machine is. Lifted in motion it
 * would throw the page: where the first frame of that comes late, Chromium is past the next video within it, and rests at the one after.
 */
export async function swipeUp({ page, cdp }: Visit): Promise<void> {
  const { width, height } = page.viewportSize()!
  const lifted = await clockOf(page)
  const moves = [0.75, 0.6, 0.45, 0.3, 0.15, 0.15].map((share, i) => ['touchMove', share, 0.45 - i * 0.05] as const)
  for (const [type, share, before] of [['touchStart', 0.85, 0.5] as const, ...moves, ['touchEnd', 0, 0] as const]) {
    // Beside what lies over the middle.
    const touchPoints = type === 'touchEnd' ? [] : [{ x: width / 5, y: height * share }]
    await cdp.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: lifted - before })
  }
}

/** What the browser takes for now, s. */
const clockOf = (page: Page) => page.evaluate(() => (performance.timeOrigin + performance.now()) / 1000)

/** Two taps or clicks on one place, a tenth of a second apart by their own clocks, however busy the machine is. */
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

/** The middle of the video shown. */
export async function middleOf(page: Page): Promise<{ x: number; y: number }> {
  const box = (await page.locator(`${shown} .stage`).boundingBox())!
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }
}
