import type { JSX } from 'preact'
import { localUrl } from './api.ts'
import type { User } from './types.ts'

/** A user's picture, `size` sixteenths of a rem wide. On a picture that the server generated, the first letter of the
 * name is drawn over it. */
export function Avatar({ user, size }: { user: User; size: number }): JSX.Element {
  const url = localUrl(user.avatar)
  const [initial = ''] = user.name.trim()
  const side = `${size / 16}rem`
  return (
    <span class="avatar" style={{ width: side, height: side, fontSize: `${(size / 16) * 0.42}rem` }} aria-hidden="true">
      <img src={url} alt="" width={size} height={size} loading="lazy" />
      {url.startsWith('/static/avatar/') && <span>{initial.toUpperCase()}</span>}
    </span>
  )
}
