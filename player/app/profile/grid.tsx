import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { localUrl, post } from '../api.ts'
import { confirmAction } from '../dialog.tsx'
import { openFrom } from '../feed/reels.ts'
import { Icon } from '../icons.tsx'
import { compact, words } from '../language.ts'
import { videoPage } from '../lists.ts'
import { cached, clearCached, pager } from '../pager.ts'
import { Failed, ListFoot, Notice } from '../states.tsx'
import { useStore } from '../store.ts'
import { toast, toastProblem } from '../toast.ts'
import { token } from '../token.ts'
import type { Video } from '../types.ts'

export type GridKind = 'works' | 'likes'

export function Grid({ kind, userId, isOwn }: { kind: GridKind; userId: number; isOwn: boolean }): JSX.Element {
  const text = useStore(words)
  const sessionToken = useStore(token)
  const videos = useMemo(() => {
    const path = kind === 'works' ? '/publish/list/' : '/favorite/list/'
    return cached(`grid:${userId}:${kind}`, () => pager((cursor) => videoPage(path, { user_id: userId }, cursor)))
  }, [kind, userId, sessionToken])
  const listing = useStore(videos)
  const { items, state, problem } = listing
  const more = () => void videos.more()
  const foot = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (items.length === 0) more()
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), { rootMargin: '600px' })
    if (foot.current && state === 'more') watcher.observe(foot.current)
    return () => watcher.disconnect()
  }, [videos, state])

  async function remove(video: Video): Promise<void> {
    if (!(await confirmAction(text.removeVideo, text.remove, text.removeVideoHint))) return
    try {
      await post('/publish/delete/', { video_id: video.id })
      videos.remove(video.id)
      clearCached('reel:')
      toast(text.removed)
    } catch (error) {
      toastProblem(error)
    }
  }

  if (items.length === 0 && state === 'failed') return <Failed problem={problem} onRetry={more} />
  if (items.length === 0 && state === 'end') {
    return (
      <Notice icon={kind === 'works' ? 'film' : 'heart'} title={kind === 'works' ? text.noWorks : text.noLikes}>
        {isOwn && kind === 'works' && (
          <a class="button primary" href="/upload">
            {text.upload}
          </a>
        )}
      </Notice>
    )
  }
  return (
    <>
      <ul class="grid">
        {items.length === 0 && [1, 2, 3, 4, 5, 6].map((i) => <li key={i} class="cell skeleton" />)}
        {items.map((video) => (
          <li class="cell" key={video.id}>
            <a href={`/v/${video.id}`} onClick={() => openFrom(videos, video.id)}>
              <span class="hidden">{video.title}</span>
              <img src={localUrl(video.cover_url)} alt="" loading="lazy" />
              <span class="cell-count">
                <Icon name="heart" /> {compact(video.favorite_count)}
              </span>
            </a>
            {isOwn && kind === 'works' && (
              <button
                type="button"
                class="icon-button cell-remove"
                aria-label={`${text.remove}: ${video.title}`}
                onClick={() => void remove(video)}
              >
                <Icon name="trash" />
              </button>
            )}
          </li>
        ))}
      </ul>
      <div ref={foot}>{items.length > 0 && <ListFoot listing={listing} more={more} />}</div>
    </>
  )
}
