import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ok, type Person, password } from '../api.ts'
import { forge, nowS } from '../http/forge.ts'
import { until } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { hasChromium } from './chromium.ts'
import { shown, watchFilm } from './films.ts'
import { type Stage, theStage } from './stage.ts'
import { type Look, lostConnection, type Visit, visit } from './visit.ts'

const look: Look = { size: 'phone', scheme: 'light', language: 'en' }

// Skipped without chromium, which chromium.ts prints; CI installs it.
describe.skipIf(!hasChromium)('on a broken connection', () => {
  let stage: Stage
  let proxy: TcpProxy
  let lea: Person
  let at: Visit

  beforeAll(async () => {
    stage = await theStage()
    proxy = await openTcpProxy(stage.stack.base)
    lea = await stage.api.register('Lea')
    at = await visit(stage, look, { token: lea.token, base: proxy.base })
    at.forgive(lostConnection)
  })
  afterAll(async () => {
    await at?.end()
    await proxy?.close()
  })
  beforeEach(() => proxy.up())

  const works = async () => ok(await stage.api.get('/douyin/publish/list/', { user_id: lea.id })).video_list
  const toast = (text: string) => at.page.getByRole('status').filter({ hasText: text }).first()

  const chooseVideo = async (title: string) => {
    await at.page.goto(`${at.base}/upload`)
    await at.page.locator('input[type=file]').setInputFiles(stage.bigClip)
    await at.page.getByLabel(at.text.title, { exact: true }).fill(title)
  }
  /** The label of the button depends on the state of the upload. */
  const publish = () => at.page.locator('form button[type=submit]').click()

  test('an upload that is cut in the middle reports it, keeps film and title, and succeeds at the second attempt', async () => {
    await chooseVideo('cut in the middle')
    proxy.afterBytes(1_000_000, proxy.down)
    await publish()
    await at.page.getByRole('alert').waitFor()
    expect(await at.page.getByLabel(at.text.title, { exact: true }).inputValue()).toBe('cut in the middle')
    expect(await works()).toEqual([])
    proxy.up()
    await publish()
    await at.page.waitForURL(/\/v\/\d+$/)
    expect((await works()).map((video) => video.title)).toEqual(['cut in the middle'])
  })

  test('an upload whose answer is lost is stored once, also after a retry', async () => {
    await chooseVideo('answer lost')
    proxy.afterBytes(1_000_000, proxy.loseReplies)
    await publish()
    await until(async () => (await works()).length === 2)
    await at.page.getByRole('alert').waitFor()
    proxy.up()
    await publish()
    await at.page.waitForURL(/\/v\/\d+$/)
    expect((await works()).map((video) => video.title)).toEqual(['answer lost', 'cut in the middle'])
  })

  test('a like that does not arrive is undone with a message, and the next one counts once', async () => {
    const { page, text } = at
    await page.goto(`${at.base}/v/${(await works())[0]!.id}`)
    await watchFilm(page)
    const like = (label: string) => page.locator(shown).getByRole('button', { name: new RegExp(`^${label}`) })
    proxy.down()
    await like(text.like).click()
    await toast(text.problems.offline).waitFor()
    await like(`${text.like} ?0`).waitFor()
    proxy.up()
    await like(text.like).click()
    await like(`${text.unlike} ?1`).waitFor()
    await until(async () => (await works())[0]!.favorite_count === 1)
    // The answer to the like may still be on its way.
    const answered = page.waitForResponse((answer) => answer.request().postData()?.includes('action_type=2') ?? false)
    await like(text.unlike).click()
    await (await answered).finished()
    expect((await works())[0]!.favorite_count).toBe(0)
    // The like arrives, but its answer is lost. The test cannot wait for the toast: the previous one may still be shown.
    proxy.loseReplies()
    await like(text.like).click()
    await until(async () => proxy.isDown())
    await like(`${text.like} ?0`).waitFor()
    expect((await works())[0]!.favorite_count).toBe(1)
    proxy.up()
    await like(text.like).click()
    await like(`${text.unlike} ?1`).waitFor()
    await until(async () => (await works())[0]!.favorite_count === 1)
  })

  test('without a connection the page says that it is offline, and a feed that failed can be retried', async () => {
    const { page, text } = at
    await page.goto(`${at.base}/login`)
    proxy.down()
    await page.getByRole('link', { name: text.chat, exact: true }).click()
    await page.getByRole('link', { name: text.home, exact: true }).click()
    await page.getByRole('heading', { name: text.problems.offline }).waitFor()
    proxy.up()
    await page.getByRole('button', { name: text.retry }).click()
    expect((await watchFilm(page)).difference).toBeGreaterThan(1)
    await page.context().setOffline(true)
    await toast(text.offline).waitFor()
    await page.context().setOffline(false)
    await toast(text.offline).waitFor({ state: 'detached' })
  })

  test('with an expired token the user is told, watches as a guest, and returns to the same page after signing in', async () => {
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
