import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ApiError, get, localUrl } from '../api.ts'
import { Avatar } from '../avatar.tsx'
import { toggleFollow, useFollow } from '../engagement.ts'
import { showSettings } from '../help.tsx'
import { Icon } from '../icons.tsx'
import { compact, words } from '../language.ts'
import { useLoaded } from '../loaded.ts'
import { signOut, viewer } from '../session.ts'
import { Failed, Notice, Spinner } from '../states.tsx'
import { useStore } from '../store.ts'
import { token } from '../token.ts'
import type { User } from '../types.ts'
import { EditDialog } from './edit.tsx'
import { Grid, type GridKind } from './grid.tsx'
import { PeopleDialog, type PeopleKind } from './people.tsx'

async function loadUser(id: number): Promise<User | undefined> {
  const answer = await get<{ user: User }>('/profile/', { user_id: id }).catch((error) => {
    if (error instanceof ApiError && error.kind === 'missing') return undefined
    throw error
  })
  return answer?.user
}

export function ProfilePage({ id }: { id: number }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const me = useStore(viewer)
  const { now, retry, set } = useLoaded(() => loadUser(id), [id, sessionToken])
  if (now.state === 'failed') return <Failed problem={now.problem} onRetry={retry} />
  if (now.state === 'loading') return <ProfileSkeleton />
  if (now.value) return <Profile key={id} user={now.value} isOwn={me?.id === id} onChanged={set} />
  return <Notice icon="me" title={text.gone} hint={text.goneHint} />
}

export function MyPage(): JSX.Element {
  const me = useStore(viewer)
  return me ? <ProfilePage id={me.id} /> : <Spinner />
}

interface ProfileProps {
  user: User
  isOwn: boolean
  onChanged(user: User): void
}

function Profile({ user, isOwn, onChanged }: ProfileProps): JSX.Element {
  const text = useStore(words)
  const [kind, setKind] = useState<GridKind>('works')
  const [people, setPeople] = useState<PeopleKind>()
  const [isEditing, setEditing] = useState(false)
  const isFollowed = useFollow(user)
  // The count from the server does not include a follow or unfollow by the viewer since.
  const followers = user.follower_count + Number(isFollowed) - Number(user.is_follow)
  const count = (label: string, value: number, list?: PeopleKind) =>
    list ? (
      <button type="button" onClick={() => setPeople(list)}>
        <strong>{compact(value)}</strong> {label}
      </button>
    ) : (
      <span>
        <strong>{compact(value)}</strong> {label}
      </span>
    )
  return (
    <div class="profile">
      <img class="profile-background" src={localUrl(user.background_image)} alt="" />
      <header class="profile-head">
        <Avatar user={user} size={112} />
        <div class="profile-names">
          <h1 dir="auto">{user.name}</h1>
          <p class="profile-counts">
            {count(text.following, user.follow_count, 'follow')}
            {count(text.followerCount(followers), followers, 'follower')}
            {count(text.likesReceived(user.total_favorited), user.total_favorited)}
          </p>
        </div>
        {user.signature && (
          <p class="profile-signature" dir="auto">
            {user.signature}
          </p>
        )}
        <div class="profile-actions">
          {isOwn ? <OwnActions onEdit={() => setEditing(true)} /> : <OtherActions user={user} />}
        </div>
      </header>
      <div class="grid-bar">
        <div class="grid-tabs" role="tablist">
          {(['works', 'likes'] as const).map((tab) => (
            <button type="button" role="tab" key={tab} aria-selected={kind === tab} onClick={() => setKind(tab)}>
              {text[tab]} <span class="quiet">{compact(tab === 'works' ? user.work_count : user.favorite_count)}</span>
            </button>
          ))}
        </div>
        {isOwn && (
          <button type="button" class="grid-friends" onClick={() => setPeople('friend')}>
            {text.friends}
          </button>
        )}
      </div>
      <Grid key={kind} kind={kind} userId={user.id} isOwn={isOwn} />
      {people && <PeopleDialog kind={people} userId={user.id} onClose={() => setPeople(undefined)} />}
      {isEditing && (
        <EditDialog
          user={user}
          onClose={() => setEditing(false)}
          onSaved={(saved) => {
            viewer.set(saved)
            onChanged(saved)
          }}
        />
      )}
    </div>
  )
}

function OwnActions({ onEdit }: { onEdit(): void }): JSX.Element {
  const text = useStore(words)
  return (
    <>
      <button type="button" class="button" onClick={onEdit}>
        {text.editProfile}
      </button>
      <button type="button" class="icon-button only-narrow" aria-label={text.settings} onClick={showSettings}>
        <Icon name="settings" />
      </button>
      <button type="button" class="icon-button" aria-label={text.signOut} title={text.signOut} onClick={signOut}>
        <Icon name="out" />
      </button>
    </>
  )
}

function OtherActions({ user }: { user: User }): JSX.Element {
  const text = useStore(words)
  const isFollowed = useFollow(user)
  return (
    <>
      <button type="button" class={`button ${isFollowed ? '' : 'primary'}`} onClick={() => toggleFollow(user)}>
        {isFollowed && <Icon name="check" />}
        {isFollowed ? text.followingNow : text.follow}
      </button>
      <a class="button" href={`/chat/${user.id}`}>
        {text.message}
      </a>
    </>
  )
}

function ProfileSkeleton(): JSX.Element {
  const text = useStore(words)
  return (
    <div class="profile" role="status" aria-label={text.loading}>
      <div class="profile-background skeleton" />
      <div class="profile-head">
        <span class="avatar skeleton" />
      </div>
    </div>
  )
}
