import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { hasChromium, launch } from '../test/browser/chromium.ts'
import type { Stage } from '../test/browser/stage.ts'
import { looks, type Visit, visit } from '../test/browser/visit.ts'
import { type Api, startLimitMs, startTestApi } from '../test/http/client.ts'
import { ffmpeg, makeFolder } from '../web-srv/src/media/clips.fixture.ts'

let api: Api
let browser: Browser
let folder: string
beforeAll(async () => {
  if (!hasChromium) return
  ;[api, browser, folder] = await Promise.all([startTestApi(), launch(), makeFolder()])
  const h264 = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast']
  const picture = (source: string) => ['-f', 'lavfi', '-i', source]
  const sound = ['-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac']
  await ffmpeg(folder, ...picture('testsrc2=s=180x320:d=1:r=10'), ...sound, ...h264, 'good.mp4')
  await ffmpeg(folder, ...picture('testsrc2=s=180x320:d=1:r=10'), ...sound, '-c:v', 'mpeg4', 'heard.mp4')
  await ffmpeg(folder, ...picture('testsrc2=s=180x320:d=1:r=10'), '-c:v', 'mpeg4', 'unreadable.mov')
  await ffmpeg(folder, ...picture('color=s=64x64:d=1:r=240'), ...h264, 'slow-motion.mov')
  await ffmpeg(folder, ...picture('color=s=5312x64:d=0.2:r=10'), ...h264, 'wide.mp4')
  await ffmpeg(folder, ...picture('color=s=64x64:d=700:r=1'), ...h264, 'long.mp4')
  await ffmpeg(folder, ...picture('color=s=64x64:d=700:r=1'), '-c:v', 'mpeg4', 'long-unreadable.mp4')
  await Bun.write(join(folder, 'fake.mp4'), 'not a video at all')
}, startLimitMs)
afterAll(async () => {
  if (hasChromium) await Promise.all([browser.close(), api.close(), rm(folder, { recursive: true })])
})

const limits = { video_seconds: 600, video_side: 4096, video_fps: 120 }

async function open(look = looks[1]!): Promise<Visit> {
  const { token } = await api.person()
  const visited = await visit({ browser, stack: api.stack } as Stage, look, { token })
  const ownLimits = (await (await fetch(`${api.stack.base}/douyin/limits/`)).json()) as object
  // The request may be open when its page is closed, so its answer waits for nothing.
  await visited.page.route('**/douyin/limits/', (route) => route.fulfill({ json: { ...ownLimits, ...limits } }))
  await visited.page.goto(`${visited.base}/upload`)
  return visited
}
const choose = async ({ page, text }: Visit, name: string) => {
  await page.locator('input[type=file]').setInputFiles(join(folder, name))
  await page.getByLabel(text.title, { exact: true }).fill(name)
}
const publishButton = ({ page, text }: Visit) => page.getByRole('button', { name: text.publish, exact: true })

for (const look of looks) {
  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} a video beyond a limit is refused before it is sent, also where the browser cannot play it`,
    async () => {
      await using visited = await open(look)
      const { page, text } = visited
      await page.getByText(text.limitRate(120)).waitFor()
      const refused = {
        'slow-motion.mov': text.tooManyFrames(240, 120),
        'wide.mp4': text.tooManyPixels('5312 × 64', 4096),
        'long.mp4': text.tooLong('10'),
        'long-unreadable.mp4': text.tooLong('10'),
      }
      for (const [name, sentence] of Object.entries(refused)) {
        await choose(visited, name)
        await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
        expect(await publishButton(visited).isDisabled()).toBe(true)
      }
      await choose(visited, 'good.mp4')
      await page.getByRole('alert').waitFor({ state: 'detached' })
      await publishButton(visited).click()
      await page.waitForURL(/\/v\/\d+$/)
    },
    60_000,
  )

  // Skipped without chromium, which chromium.ts prints; CI installs it.
  test.skipIf(!hasChromium)(
    `on a ${look.size} a file that the browser cannot show brings a warning, and can be sent all the same`,
    async () => {
      await using visited = await open(look)
      const { page, text } = visited
      const doubts = {
        'heard.mp4': text.unreadablePicture,
        'unreadable.mov': text.unreadable,
        'fake.mp4': text.unreadable,
      }
      for (const [name, sentence] of Object.entries(doubts)) {
        await choose(visited, name)
        await page.getByRole('status').filter({ hasText: sentence }).waitFor()
        expect(await publishButton(visited).isEnabled()).toBe(true)
        // No frame can be chosen of it.
        expect(await page.getByRole('slider', { name: text.cover }).count()).toBe(0)
      }
      // The server has the last word.
      await publishButton(visited).click()
      await page.getByRole('alert').waitFor()
      await choose(visited, 'good.mp4')
      await page.getByRole('slider', { name: text.cover }).waitFor()
      expect(await page.locator('.form-doubt').count()).toBe(0)
    },
    60_000,
  )
}

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'the page says how long a file will take, first for a common line and then at the speed of the last upload',
  async () => {
    await using visited = await open()
    const { page, text } = visited
    await choose(visited, 'good.mp4')
    await page.getByText(text.assumedSpeed).waitFor()
    await page.evaluate(() => localStorage.setItem('douyin.upload-speed', '102400'))
    page.once('dialog', (dialog) => dialog.accept())
    await page.reload()
    await choose(visited, 'good.mp4')
    await page.getByText(text.lastSpeed('100 kB')).waitFor()
  },
  60_000,
)

// Skipped without chromium, which chromium.ts prints; CI installs it.
test.skipIf(!hasChromium)(
  'the file dialog offers what phones, cameras and recorders write, and no Matroska, which the server rejects',
  async () => {
    await using visited = await open()
    const accepted = (await visited.page.locator('input[type=file]').getAttribute('accept'))?.split(',')
    expect(accepted).toEqual(expect.arrayContaining(['.mp4', '.mov', '.m4v', '.3gp', '.3g2', '.webm']))
    expect(accepted).not.toContain('.mkv')
  },
  60_000,
)
