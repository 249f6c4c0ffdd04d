import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { Avatar } from '../avatar.tsx'
import { Dialog } from '../dialog.tsx'
import { toggleFollow, useFollow } from '../engagement.ts'
import { words } from '../language.ts'
import { userPage } from '../lists.ts'
import { pager } from '../pager.ts'
import { viewer } from '../session.ts'
import { Failed, ListFoot, Notice, Spinner } from '../states.tsx'
import { useStore } from '../store.ts'
import type { User } from '../types.ts'

export type PeopleKind = 'follow' | 'follower' | 'friend'

interface PeopleProps {
  kind: PeopleKind
  userId: number
  onClose(): void
}

export function PeopleDialog({ kind, userId, onClose }: PeopleProps): JSX.Element {
  const text = useStore(words)
  const people = useMemo(() => pager((cursor) => userPage(kind, userId, cursor)), [kind, userId])
  const listing = useStore(people)
  const { items, state, problem } = listing
  const more = () => void people.more()
  useEffect(more, [people])
  const title = { follow: text.following, follower: text.followers, friend: text.friends }[kind]
  return (
    <Dialog title={title} onClose={onClose}>
      {items.length === 0 && state === 'loading' && <Spinner />}
      {items.length === 0 && state === 'failed' && <Failed problem={problem} onRetry={more} />}
      {items.length === 0 && state === 'end' && <Notice icon="following" title={text.nobody} />}
      <ul class="people">
        {items.map((user) => (
          <Person key={user.id} user={user} onOpen={onClose} />
        ))}
      </ul>
      {items.length > 0 && <ListFoot listing={listing} more={more} />}
    </Dialog>
  )
}

function Person({ user, onOpen }: { user: User; onOpen(): void }): JSX.Element {
  const text = useStore(words)
  const me = useStore(viewer)
  const isFollowed = useFollow(user)
  return (
    <li class="person">
      <a href={`/u/${user.id}`} onClick={onOpen}>
        <Avatar user={user} size={44} />
        <span class="person-text">
          <strong dir="auto">{user.name}</strong>
          <span class="quiet" dir="auto">
            {user.signature}
          </span>
        </span>
      </a>
      {me?.id !== user.id && (
        <button
          type="button"
          class={`button small ${isFollowed ? '' : 'primary'}`}
          aria-label={`${isFollowed ? text.unfollow : text.follow} ${user.name}`}
          onClick={() => toggleFollow(user)}
        >
          {isFollowed ? text.followingNow : text.follow}
        </button>
      )}
    </li>
  )
}
