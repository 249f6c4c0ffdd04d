import type { Stage } from './stage.ts'
import type { Visit } from './visit.ts'

/** A page to check, or a dialog that opens on it. */
export interface PageState {
  name: string
  path: string
  isGuest?: boolean
  /** Brings the page into the state of its name, and waits for it. */
  settle(visit: Visit): Promise<unknown>
}

/** Every page of the player and every dialog on one, for a user who follows Mia and Noah and chats with Mia. */
export function pageStates({ mia, noah, clips }: Stage, videoId: number): PageState[] {
  const waitFor =
    (selector: string) =>
    ({ page }: Visit) =>
      page.locator(selector).first().waitFor()
  const film = waitFor('article.slide:not([inert]) .action')
  const covers = waitFor('.cell img')
  const dialog = ({ page }: Visit) => page.getByRole('dialog').waitFor()
  const button = (visit: Visit, name: string) => visit.page.getByRole('button', { name, exact: true }).first()
  const press = (key: string) => async (visit: Visit) => {
    await film(visit)
    await visit.page.keyboard.press(key)
    await dialog(visit)
  }
  const click = (on: string, settle: (visit: Visit) => Promise<unknown>) => async (visit: Visit) => {
    await visit.page.locator(on).first().click()
    await settle(visit)
  }
  const settings = async (visit: Visit) => {
    await covers(visit)
    await visit.page.getByRole('button', { name: visit.text.settings }).filter({ visible: true }).first().click()
    await dialog(visit)
  }
  return [
    { name: 'feed of a guest', path: '/', isGuest: true, settle: film },
    { name: 'feed', path: '/', settle: film },
    { name: 'comments of a guest', path: `/v/${videoId}`, isGuest: true, settle: press('c') },
    { name: 'comments', path: `/v/${videoId}`, settle: press('c') },
    { name: 'keys', path: '/', settle: press('?') },
    { name: 'following of a guest', path: '/following', isGuest: true, settle: waitFor('.notice') },
    { name: 'following', path: '/following', settle: film },
    { name: 'a deleted video', path: '/v/2000000000', settle: waitFor('.notice') },
    { name: 'an unknown page', path: '/u/x', settle: waitFor('.notice') },
    { name: 'a profile', path: `/u/${mia.id}`, settle: covers },
    { name: 'a profile for a guest', path: `/u/${noah.id}`, isGuest: true, settle: covers },
    { name: 'the people of a profile', path: `/u/${mia.id}`, settle: click('.profile-counts button', dialog) },
    { name: 'me', path: '/me', settle: covers },
    { name: 'edit', path: '/me', settle: click('.profile-actions .button', dialog) },
    {
      name: 'delete?',
      path: '/me',
      async settle(visit) {
        await covers(visit)
        await visit.page.locator('.cell').hover()
        await visit.page.locator('.cell-remove').click()
        await dialog(visit)
      },
    },
    { name: 'settings', path: '/me', settle: settings },
    {
      name: 'a new password, refused',
      path: '/me',
      async settle(visit) {
        const { page, text } = visit
        await settings(visit)
        await button(visit, text.changePassword).click()
        await page.getByLabel(text.currentPassword).fill('another one')
        await page.getByLabel(text.newPassword).fill('yet another one')
        await button(visit, text.changePassword).click()
        await page.getByRole('alert').waitFor()
      },
    },
    {
      name: 'sign out everywhere?',
      path: '/me',
      async settle(visit) {
        await settings(visit)
        await button(visit, visit.text.signOutEverywhere).click()
        await visit.page.getByRole('dialog', { name: visit.text.signOutEverywhere }).waitFor()
      },
    },
    {
      name: 'likes',
      path: '/me',
      settle: click('[role=tab] + [role=tab]', waitFor('[aria-selected=true] + *, .notice')),
    },
    { name: 'chats', path: '/chat', settle: waitFor('.conversation') },
    { name: 'a chat', path: `/chat/${mia.id}`, settle: waitFor('.bubble') },
    { name: 'a chat without messages', path: `/chat/${noah.id}`, settle: waitFor('.messages .notice') },
    { name: 'upload', path: '/upload', settle: waitFor('.limits') },
    {
      name: 'upload of a chosen video',
      path: '/upload',
      async settle(visit) {
        await waitFor('.limits')(visit)
        await visit.page.locator('input[type=file]').setInputFiles(clips[0]!)
        await waitFor('.chooser video')(visit)
      },
    },
    {
      name: 'upload of a file that the browser cannot show',
      path: '/upload',
      async settle(visit) {
        const fake = { name: 'fake.mp4', mimeType: 'video/mp4', buffer: Buffer.from('not a video') }
        await visit.page.locator('input[type=file]').setInputFiles(fake)
        await waitFor('.form-doubt')(visit)
      },
    },
    { name: 'sign in', path: '/login', isGuest: true, settle: waitFor('form') },
    {
      name: 'sign up, refused',
      path: '/login',
      isGuest: true,
      async settle(visit) {
        await visit.page.locator('.account-other button').click()
        await visit.page.getByLabel(visit.text.userName).fill(mia.name)
        await visit.page.getByLabel(visit.text.password, { exact: true }).fill('another one')
        await button(visit, visit.text.signUp).click()
        await visit.page.getByRole('alert').waitFor()
      },
    },
    { name: 'the page of the API', path: '/docs', isGuest: true, settle: waitFor('main, h1') },
  ]
}
