import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ok, type Person, password } from '../api.ts'
import { forge, nowS } from '../http/forge.ts'
import { type Line, openLine } from '../line.ts'
import { until } from '../stack.ts'
import { hasChromium } from './chromium.ts'
import { shown, watchFilm } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { type Look, lostConnection, type Visit, visit } from './visit.ts'

const look: Look = { size: 'phone', scheme: 'light', language: 'en' }

describe.skipIf(!hasChromium)('when something is lost', () => {
  let stage: Stage
  let line: Line
  let lea: Person
  let at: Visit

  beforeAll(async () => {
    stage = await theStage()
    line = await openLine(stage.stack.base)
    lea = await stage.api.register('Lea')
    at = await visit(stage, look, { token: lea.token, base: line.base })
    at.forgive(lostConnection)
  })
  afterAll(async () => {
    await at?.end()
    await line?.close()
  })
  beforeEach(() => line.up())

  const works = async () => ok(await stage.api.get('/douyin/publish/list/', { user_id: lea.id })).video_list
  const toast = (text: string) => at.page.getByRole('status').filter({ hasText: text }).first()

  const chooseVideo = async (title: string) => {
    await at.page.goto(`${at.base}/upload`)
    await at.page.locator('input[type=file]').setInputFiles(stage.bigClip)
    await at.page.getByLabel(at.text.title, { exact: true }).fill(title)
  }
  /** However the button is called by then. */
  const publish = () => at.page.locator('form button[type=submit]').click()

  test('an upload that is cut in its middle says so, keeps film and title, and goes through at the second try', async () => {
    await chooseVideo('cut in the middle')
    line.afterBytes(1_000_000, line.down)
    await publish()
    await at.page.getByRole('alert').waitFor()
    expect(await at.page.getByLabel(at.text.title, { exact: true }).inputValue()).toBe('cut in the middle')
    expect(await works()).toEqual([])
    line.up()
    await publish()
    await at.page.waitForURL(/\/v\/\d+$/)
    expect((await works()).map((video) => video.title)).toEqual(['cut in the middle'])
  })

  test('an upload whose answer is lost is there once, whatever she does then', async () => {
    await chooseVideo('answer lost')
    line.afterBytes(1_000_000, line.loseAnswers)
    await publish()
    await until(async () => (await works()).length === 2)
    await at.page.getByRole('alert').waitFor()
    line.up()
    await publish()
    await at.page.waitForURL(/\/v\/\d+$/)
    expect((await works()).map((video) => video.title)).toEqual(['answer lost', 'cut in the middle'])
  })

  test('a like that does not arrive is taken back, with a word about it; the next one counts once', async () => {
    const { page, text } = at
    await page.goto(`${at.base}/v/${(await works())[0]!.id}`)
    await watchFilm(page)
    const like = (label: string) => page.locator(shown).getByRole('button', { name: new RegExp(`^${label}`) })
    line.down()
    await like(text.like).click()
    await toast(text.problems.offline).waitFor()
    await like(`${text.like} ?0`).waitFor()
    line.up()
    await like(text.like).click()
    await like(`${text.unlike} ?1`).waitFor()
    await until(async () => (await works())[0]!.favorite_count === 1)
    const answered = page.waitForResponse(/favorite/)
    await like(text.unlike).click()
    await (await answered).finished()
    expect((await works())[0]!.favorite_count).toBe(0)
    // It arrives, but nobody tells her. The line says when: the words about the one before may still be there.
    line.loseAnswers()
    await like(text.like).click()
    await until(async () => line.isDown())
    await like(`${text.like} ?0`).waitFor()
    expect((await works())[0]!.favorite_count).toBe(1)
    line.up()
    await like(text.like).click()
    await like(`${text.unlike} ?1`).waitFor()
    await until(async () => (await works())[0]!.favorite_count === 1)
  })

  test('without a line the page says that it is offline, and a feed that failed can be asked for again', async () => {
    const { page, text } = at
    await page.goto(`${at.base}/login`)
    line.down()
    await page.getByRole('link', { name: text.chat, exact: true }).click()
    await page.getByRole('link', { name: text.home, exact: true }).click()
    await page.getByRole('heading', { name: text.problems.offline }).waitFor()
    line.up()
    await page.getByRole('button', { name: text.retry }).click()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    await page.context().setOffline(true)
    await toast(text.offline).waitFor()
    await page.context().setOffline(false)
    await toast(text.offline).waitFor({ state: 'detached' })
  })

  test('who comes with an expired token is told, watches as a guest, and signs in where she was', async () => {
    const expired = forge(lea.id, { payload: { exp: nowS() - 1 } })
    await using late = await visit(stage, look, { token: expired })
    const { page, text } = late
    await page.goto(late.base)
    await page.getByRole('status').filter({ hasText: text.sessionExpired }).waitFor()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    await page.getByRole('link', { name: text.upload, exact: true }).click()
    await page.getByLabel(text.userName).fill(lea.name)
    await page.getByLabel(text.password, { exact: true }).fill(password)
    await page.locator('form').getByRole('button', { name: text.signIn }).click()
    await page.getByRole('heading', { name: text.upload }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/upload')
  })
})
