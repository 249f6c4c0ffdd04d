import { describe, expect, test } from 'bun:test'
import { ok } from '../api.ts'
import { hasChromium } from './chromium.ts'
import { shown, watchFilm } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { visit } from './visit.ts'

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('the feed', () => {
  test('shows every video once, page after page, and then offers to start again', async () => {
    const stage = await theStage()
    const titles = await allTitles(stage)
    await using guest = await visit(stage, { size: 'desktop', scheme: 'light', language: 'zh' }, { isCalm: true })
    const { page, text } = guest
    await page.goto(guest.base)
    await watchFilm(page)
    expect(await page.evaluate(readTitles, { slide: shown, count: titles.length })).toEqual(titles)
    await page.getByRole('heading', { name: text.feedEnd }).waitFor()
    await page.getByRole('button', { name: text.fromStart }).click()
    await page.locator(`${shown} .caption-title`).getByText(titles[0]!, { exact: true }).waitFor()
    await watchFilm(page)
  })
})

/** Runs in the page. Goes from video to video and returns their titles. */
async function readTitles({ slide, count }: { slide: string; count: number }): Promise<string[]> {
  const titles: string[] = []
  const reel = document.querySelector('.reel')!
  while (titles.length < count) {
    const title = document.querySelector(`${slide} .caption-title`)?.textContent
    const isNext = Math.round(reel.scrollTop / reel.clientHeight) === titles.length
    if (title && isNext) {
      titles.push(title)
      dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown' }))
    }
    await new Promise(requestAnimationFrame)
  }
  return titles
}

async function allTitles({ api }: Stage): Promise<string[]> {
  const titles: string[] = []
  for (let latest_time = 0; ; ) {
    const { video_list, next_time } = ok(await api.get('/douyin/feed/', { latest_time }))
    titles.push(...video_list.map((video) => video.title))
    if (next_time === 0) return titles
    latest_time = next_time
  }
}
