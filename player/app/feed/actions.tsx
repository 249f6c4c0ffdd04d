import type { JSX } from 'preact'
import { Avatar } from '../avatar.tsx'
import { toggleFollow, toggleLike, useCommentCount, useFollow, useLike } from '../engagement.ts'
import { Icon, type IconName } from '../icons.tsx'
import { compact, words } from '../language.ts'
import { viewer } from '../session.ts'
import { share } from '../share.tsx'
import { isSilent, sound, soundBlocked, toggleSound } from '../sound.ts'
import { useStore } from '../store.ts'
import type { Video } from '../types.ts'

/** The column of buttons beside a video. */
export function Actions({ video, onComments }: { video: Video; onComments(): void }): JSX.Element {
  const text = useStore(words)
  const like = useLike(video)
  const comments = useCommentCount(video)
  useStore(sound)
  useStore(soundBlocked)
  return (
    <div class="actions">
      <Author video={video} />
      <Action
        icon="heart"
        label={like.on ? text.unlike : text.like}
        count={like.count}
        isOn={like.on}
        onClick={() => toggleLike(video)}
      />
      <Action icon="bubble" label={text.comments} count={comments} onClick={onComments} />
      <Action icon="share" label={text.share} onClick={() => void share(video)} isCaption />
      <Action
        icon={isSilent() ? 'muted' : 'sound'}
        label={isSilent() ? text.unmute : text.mute}
        onClick={toggleSound}
        class="small"
      />
    </div>
  )
}

interface ActionProps {
  icon: IconName
  label: string
  onClick(): void
  count?: number
  /** The label is visible, not only read out by screen readers. */
  isCaption?: boolean
  isOn?: boolean
  class?: string
}

function Action({ icon, label, onClick, count, isCaption, isOn, class: className }: ActionProps): JSX.Element {
  return (
    <button type="button" class={`action ${className ?? ''} ${isOn ? 'on' : ''}`} onClick={onClick}>
      <span class="action-disc">
        <Icon name={icon} />
      </span>
      <span class={count === undefined && isCaption ? 'action-count' : 'hidden'}>{label}</span>
      {count !== undefined && <span class="action-count">{compact(count)}</span>}
    </button>
  )
}

function Author({ video: { author } }: { video: Video }): JSX.Element {
  const text = useStore(words)
  const me = useStore(viewer)
  const isFollowed = useFollow(author)
  return (
    <div class="author-button">
      <a href={`/u/${author.id}`} aria-label={text.profileOf(author.name)}>
        <Avatar user={author} size={48} />
      </a>
      {me?.id !== author.id && !isFollowed && (
        <button
          type="button"
          class="follow-dot"
          aria-label={`${text.follow} ${author.name}`}
          onClick={() => toggleFollow(author)}
        >
          <Icon name="plus" />
        </button>
      )}
    </div>
  )
}
