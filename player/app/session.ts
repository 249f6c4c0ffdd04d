import { get, onTokenExpired, post } from './api.ts'
import { words } from './language.ts'
import { navigate } from './router.ts'
import { type Store, store } from './store.ts'
import { toast } from './toast.ts'
import { token } from './token.ts'
import type { User } from './types.ts'

/** The signed-in user; undefined while loading and for guests. */
export const viewer: Store<User | undefined> = store<User | undefined>(undefined)

export const isSignedIn = () => token.value !== ''

export async function signIn(kind: 'login' | 'register', username: string, password: string): Promise<void> {
  const answer = await post<{ token: string }>(`/user/${kind}/`, { username, password })
  token.set(answer.token)
}

export function signOut(): void {
  token.set('')
}

/** Signs out all other devices and stores a new token for this one. */
export const changePassword = (password: string, new_password: string) =>
  revoking(
    post<{ token: string }>('/user/password/', { password, new_password }).then((answer) => token.set(answer.token)),
  )

export const signOutEverywhere = () => revoking(post('/user/logout/', {}).then(signOut))

let revocation = Promise.resolve()

/** Requests in flight while the token is revoked fail as signed out. They must not report an expired session. */
function revoking(change: Promise<void>): Promise<void> {
  revocation = change.catch(() => {})
  return change
}

export async function refreshViewer(): Promise<void> {
  if (!isSignedIn()) return viewer.set(undefined)
  const sentToken = token.value
  const { user } = await get<{ user: User }>('/user/')
  if (sentToken === token.value) viewer.set(user)
}

/** Returns whether the viewer is signed in. A guest is sent to the sign-in page, which leads back afterwards. */
export function requireSignIn(): boolean {
  if (isSignedIn()) return true
  toast(words.value.signInFirst)
  navigate(loginPath())
  return false
}

export const loginPath = () => `/login?next=${encodeURIComponent(location.pathname)}`

export function startSession(): void {
  onTokenExpired(async (sentToken) => {
    await revocation
    // A late answer to an old token must not end a session that has started since.
    if (sentToken !== token.value) return
    signOut()
    toast(words.value.sessionExpired, 'problem')
  })
  const load = () => void refreshViewer().catch(() => {})
  token.subscribe(() => {
    viewer.set(undefined)
    load()
  })
  load()
}
