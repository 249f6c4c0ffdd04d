import { get, post, whenExpired } from './api.ts'
import { words } from './language.ts'
import { navigate } from './router.ts'
import { type Store, store } from './store.ts'
import { toast } from './toast.ts'
import { token } from './token.ts'
import type { User } from './types.ts'

/** The signed-in user; undefined while unknown and for guests. */
export const viewer: Store<User | undefined> = store<User | undefined>(undefined)

export const isSignedIn = () => token.value !== ''

export async function enter(kind: 'login' | 'register', username: string, password: string): Promise<void> {
  const answer = await post<{ token: string }>(`/user/${kind}/`, { username, password })
  token.set(answer.token)
}

export function leave(): void {
  token.set('')
}

/** All her other devices are signed out, and this one has a new token. */
export const changePassword = (password: string, new_password: string) =>
  ending(
    post<{ token: string }>('/user/password/', { password, new_password }).then((answer) => token.set(answer.token)),
  )

export const leaveEverywhere = () => ending(post('/user/logout/', {}).then(leave))

let end = Promise.resolve()

/** Whatever else is under way meanwhile meets a token that has ended, which then is no news. */
function ending(change: Promise<void>): Promise<void> {
  end = change.catch(() => {})
  return change
}

export async function refreshViewer(): Promise<void> {
  if (!isSignedIn()) return viewer.set(undefined)
  const asked = token.value
  const { user } = await get<{ user: User }>('/user/')
  if (asked === token.value) viewer.set(user)
}

/** Sends a guest to the sign-in page and back; true for who may go on. */
export function requireSignIn(): boolean {
  if (isSignedIn()) return true
  toast(words.value.signInFirst)
  navigate(loginPath())
  return false
}

export const loginPath = () => `/login?next=${encodeURIComponent(location.pathname)}`

export function startSession(): void {
  whenExpired(async (sent) => {
    await end
    // An old answer must not sign out who has signed in again meanwhile.
    if (sent !== token.value) return
    leave()
    toast(words.value.sessionExpired, 'problem')
  })
  const load = () => void refreshViewer().catch(() => {})
  token.subscribe(() => {
    viewer.set(undefined)
    load()
  })
  load()
}
