import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { post } from '../api.ts'
import { Avatar } from '../avatar.tsx'
import { confirmAction, Dialog } from '../dialog.tsx'
import { countComment, useCommentCount } from '../engagement.ts'
import { Icon } from '../icons.tsx'
import { compact, shortTime, words } from '../language.ts'
import { commentPage } from '../lists.ts'
import { pager } from '../pager.ts'
import { randomId } from '../random-id.ts'
import { loginPath, viewer } from '../session.ts'
import { Failed, ListFoot, Notice } from '../states.tsx'
import { useStore } from '../store.ts'
import { toast, toastProblem } from '../toast.ts'
import { token } from '../token.ts'
import type { Comment, Video } from '../types.ts'

export function CommentSheet({ video, onClose }: { video: Video; onClose(): void }): JSX.Element {
  const text = useStore(words)
  const me = useStore(viewer)
  const count = useCommentCount(video)
  const comments = useMemo(() => pager((cursor) => commentPage(video.id, cursor)), [video.id])
  const listing = useStore(comments)
  const more = () => void comments.more()
  useEffect(more, [])

  async function remove(comment: Comment): Promise<void> {
    if (!(await confirmAction(text.removeComment, text.remove))) return
    try {
      await post('/comment/action/', { video_id: video.id, action_type: 2, comment_id: comment.id })
      comments.remove(comment.id)
      countComment(video.id, -1)
      toast(text.removed)
    } catch (error) {
      toastProblem(error)
    }
  }

  const { items, state, problem } = listing
  return (
    <Dialog title={text.commentCount(compact(count))} onClose={onClose} shape="sheet">
      <div class="sheet-body">
        {items.length === 0 && state === 'loading' && <CommentSkeleton />}
        {items.length === 0 && state === 'failed' && <Failed problem={problem} onRetry={more} />}
        {items.length === 0 && state === 'end' && (
          <Notice icon="bubble" title={text.noComments} hint={text.noCommentsHint} />
        )}
        {items.length > 0 && (
          <ul class="comments">
            {items.map((comment) => (
              <Item
                key={comment.id}
                comment={comment}
                isOwn={comment.user.id === me?.id}
                onRemove={() => void remove(comment)}
              />
            ))}
          </ul>
        )}
        {items.length > 0 && <ListFoot listing={listing} more={more} />}
      </div>
      <Writer
        video={video}
        onAdded={(comment) => {
          comments.add(comment)
          countComment(video.id, 1)
        }}
      />
    </Dialog>
  )
}

function Item({ comment, isOwn, onRemove }: { comment: Comment; isOwn: boolean; onRemove(): void }): JSX.Element {
  const text = useStore(words)
  const { user, content, create_date, create_time } = comment
  return (
    <li class="comment">
      <a href={`/u/${user.id}`} aria-label={text.profileOf(user.name)} tabIndex={-1}>
        <Avatar user={user} size={36} />
      </a>
      <div>
        <p class="comment-head">
          <a href={`/u/${user.id}`} dir="auto">
            {user.name}
          </a>
          <time>{create_time ? shortTime(create_time) : create_date}</time>
        </p>
        <p class="comment-text" dir="auto">
          {content}
        </p>
      </div>
      {isOwn && (
        <button type="button" class="icon-button small" aria-label={text.remove} onClick={onRemove}>
          <Icon name="trash" />
        </button>
      )}
    </li>
  )
}

function Writer({ video, onAdded }: { video: Video; onAdded(comment: Comment): void }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const [draft, setDraft] = useState('')
  const [isSending, setSending] = useState(false)
  // The idempotency key of this draft: if it is sent again after a lost answer, it stays one comment.
  const sendId = useRef(randomId())
  if (!sessionToken) {
    return (
      <div class="writer">
        <a class="button primary wide" href={loginPath()}>
          {text.signIn}
        </a>
      </div>
    )
  }
  async function send(event: Event): Promise<void> {
    event.preventDefault()
    if (!draft.trim() || isSending) return
    setSending(true)
    try {
      const fields = { video_id: video.id, action_type: 1, comment_text: draft.trim(), send_id: sendId.current }
      onAdded((await post<{ comment: Comment }>('/comment/action/', fields)).comment)
      setDraft('')
      sendId.current = randomId()
    } catch (error) {
      toastProblem(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <form class="writer" onSubmit={(event) => void send(event)}>
      <input
        class="field"
        value={draft}
        maxLength={1000}
        placeholder={text.addComment}
        aria-label={text.addComment}
        enterkeyhint="send"
        onInput={(event) => {
          sendId.current = randomId()
          setDraft(event.currentTarget.value)
        }}
      />
      <button type="submit" class="icon-button accent" aria-label={text.send} disabled={!draft.trim() || isSending}>
        <Icon name="send" />
      </button>
    </form>
  )
}

function CommentSkeleton(): JSX.Element {
  return (
    <div class="comments" aria-hidden="true">
      {[70, 45, 60].map((width) => (
        <div class="comment" key={width}>
          <span class="avatar skeleton" />
          <div>
            <span class="skeleton line short" />
            <span class="skeleton line" />
          </div>
        </div>
      ))}
    </div>
  )
}
