import { beforeAll, describe, expect, test } from 'bun:test'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { ok, type Person } from '../api.ts'
import { recordFigure } from '../goal-table.ts'
import { hasChromium } from './chromium.ts'
import { type PageState, pageStates } from './pages.ts'
import { type Stage, theStage } from './stage.ts'
import { looks, type Visit, visit } from './visit.ts'

const source = await Bun.file(require.resolve('axe-core/axe.min.js')).text()
/** The rules that depend on the theme. The others are checked in one theme only. */
const colourRules = ['color-contrast', 'link-in-text-block']
const severe = ['serious', 'critical']

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('axe', () => {
  let stage: Stage
  let ines: Person
  let pages: PageState[]

  beforeAll(async () => {
    stage = await theStage()
    const { api, clips, mia, noah } = stage
    ines = await api.register('Ines')
    const { token } = ines
    ok(await api.publish(ines, 'mine', Bun.file(clips[3]!)))
    const [video] = ok(await api.get('/douyin/publish/list/', { user_id: ines.id })).video_list
    const about = { token, video_id: video!.id, action_type: 1 }
    ok(await api.post('/douyin/comment/action/', { ...about, comment_text: '自己的评论' }))
    ok(await api.post('/douyin/comment/action/', { ...about, token: mia.token, comment_text: 'and another’s' }))
    ok(await api.post('/douyin/relation/action/', { token, to_user_id: noah.id, action_type: 1 }))
    ok(await api.post('/douyin/relation/action/', { token, to_user_id: mia.id, action_type: 1 }))
    ok(await api.post('/douyin/message/action/', { token, to_user_id: mia.id, action_type: 1, content: '在吗' }))
    ok(
      await api.post('/douyin/message/action/', {
        token: mia.token,
        to_user_id: ines.id,
        action_type: 1,
        content: 'yes',
      }),
    )
    pages = pageStates(stage, video!.id)
  })

  test('finds no serious or critical violation on any page, dark or light, on a phone or a desktop', async () => {
    const found = (
      await Promise.all(
        looks.map(async (look) => {
          await using member = await visit(stage, look, { token: ines.token, isCalm: true })
          await using guest = await visit(stage, look, { isCalm: true })
          const found: string[] = []
          for (const pageState of pages) found.push(...(await lookAt(pageState, pageState.isGuest ? guest : member)))
          return found
        }),
      )
    ).flat()
    recordFigure('axe: serious or critical', '0', `${found.length} on ${pages.length} pages, 2 sizes, 2 themes`)
    expect(found).toEqual([])
  })

  test('finds a button without a name, so that the test above can fail', async () => {
    await using guest = await visit(stage, looks[0]!)
    await guest.page.goto(`${guest.base}/login`)
    await guest.page.locator('form').evaluate((form) => form.append(document.createElement('button')))
    expect((await violationsOn(guest.page)).map((one) => one.id)).toContain('button-name')
  })
})

async function lookAt({ name, path, settle }: PageState, at: Visit): Promise<string[]> {
  const { page, look } = at
  await moveTo(at, path)
  await settle(at).catch((error) => {
    throw new Error(`${name}, ${look.size}: ${error.message}`)
  })
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(settled)
    for (const { id, nodes } of await violationsOn(page, colorScheme === look.scheme ? undefined : colourRules)) {
      const places = nodes.map((one) => `${one.target.join(' ')} (${one.any[0]?.message})`)
      found.push(`${name}, ${look.size}, ${colorScheme}: ${id} at ${places.join('; ')}`)
    }
  }
  // Closes a dialog, if one is open.
  await page.keyboard.press('Escape')
  return found
}

/** Navigates as a link in the player does, if the player is loaded: to load it for each page takes a minute in all. */
async function moveTo({ page, base }: Visit, path: string): Promise<void> {
  const isThere = page.url().startsWith(base) && path !== '/docs'
  if (!isThere) return void (await page.goto(base + path))
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
}

/** Runs in the page. Resolves when the theme has changed and its transitions have ended. */
async function settled(): Promise<void> {
  for (const film of document.querySelectorAll('video')) film.pause()
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
  await Promise.allSettled(ending.map((one) => one.finished))
}

/** The serious and critical violations. The driver injects axe, since the page’s policy allows no other script. */
async function violationsOn(page: Page, rules?: string[]): Promise<AxeResults['violations']> {
  const isThere = await page.evaluate(() => 'axe' in window)
  if (!isThere) await page.evaluate(source)
  const options = { resultTypes: ['violations'], preload: false, ...(rules && { runOnly: rules }) }
  const { violations } = await page.evaluate(
    (settings) => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(settings),
    options,
  )
  return violations.filter(({ impact }) => severe.includes(impact ?? ''))
}
