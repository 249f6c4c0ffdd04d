import type { JSX } from 'preact'
import { localUrl } from './api.ts'
import type { User } from './types.ts'

/** The picture of a user; on one that the server has painted, the first letter of her name. */
export function Avatar({ user, size }: { user: User; size: number }): JSX.Element {
  const url = localUrl(user.avatar)
  const [initial = ''] = user.name.trim()
  return (
    <span class="avatar" style={{ width: size, height: size, fontSize: size * 0.42 }} aria-hidden="true">
      <img src={url} alt="" width={size} height={size} loading="lazy" />
      {url.startsWith('/static/avatar/') && <span>{initial.toUpperCase()}</span>}
    </span>
  )
}
