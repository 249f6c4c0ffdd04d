import { beforeAll, describe, expect, test } from 'bun:test'
import { recordFigure } from '../goal-table.ts'
import { hasChromium } from './chromium.ts'
import { watchFilm } from './films.ts'
import { goOn } from './gestures.ts'
import { type PageTimings, readTimings, recordTimings, timingRecorded } from './page-timings.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, visit } from './visit.ts'

const maxBytes = 60_000
const maxShift = 0.02
const visits = 3
const turns = 3

// Times are printed and never fail a test, since test machines are busy.
describe.skipIf(!hasChromium)('the feed', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await theStage()
  })

  test('loads at most 60 kB of script and style', async () => {
    const html = await (await fetch(stage.stack.base)).text()
    const paths = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => path!)
    expect(paths.length).toBeGreaterThan(1)
    const sizes = paths.map(async (path) => {
      const sent = await fetch(stage.stack.base + path, { headers: { 'accept-encoding': 'gzip' }, decompress: false })
      expect(sent.headers.get('content-encoding')).toBe('gzip')
      return (await sent.arrayBuffer()).byteLength
    })
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size)
    recordFigure('script and style of the feed, gzip', '≤ 60 kB', `${(bytes / 1000).toFixed(1)} kB`)
    expect(bytes).toBeLessThanOrEqual(maxBytes)
  })

  for (const look of looks) {
    test(`has almost no layout shift on a ${look.size}`, async () => {
      const all: PageTimings[] = []
      for (let i = 0; i < visits; i++) {
        await using guest = await visit(stage, look)
        const { page } = guest
        await recordTimings(page.context())
        const firstFrame = timingRecorded(page, 'first frame')
        await page.goto(guest.base)
        await firstFrame
        await watchFilm(page)
        for (let turn = 0; turn < turns; turn++) await Promise.all([timingRecorded(page, 'next frame'), goOn(guest)])
        all.push(await readTimings(page))
      }
      const list = (figures: number[]) =>
        figures
          .map(Math.round)
          .sort((a, b) => a - b)
          .join(', ')
      recordFigure(`first frame, cold, ${look.size}`, '≤ 500 ms', `${list(all.map((one) => one.firstFrame))} ms`)
      recordFigure(
        `next picture after a turn, ${look.size}`,
        '≤ 100 ms',
        `${list(all.flatMap((one) => one.pictures))} ms`,
      )
      recordFigure(`… and in motion (50 ms a frame), ${look.size}`, '', `${list(all.flatMap((one) => one.motions))} ms`)
      recordFigure(`longest task, ${look.size}`, '≤ 100 ms', `${list(all.map((one) => one.longestTask))} ms`)
      const shift = Math.max(...all.map((one) => one.shift))
      recordFigure(`layout shift, ${look.size}`, '≤ 0.02', shift.toFixed(3))
      expect(shift).toBeLessThanOrEqual(maxShift)
    })
  }
})
