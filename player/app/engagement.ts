// Likes, follows and comment counts, consistent across all components: an action of the viewer outweighs an answer that
// was requested before it.
import { post } from './api.ts'
import { optimistic } from './optimistic.ts'
import { requestedAtMs } from './request-times.ts'
import { requireSignIn } from './session.ts'
import { store, useStore } from './store.ts'
import { toastProblem } from './toast.ts'
import { token } from './token.ts'
import type { User, Video } from './types.ts'

interface Like {
  on: boolean
  count: number
}

interface CommentChange {
  atMs: number
  change: 1 | -1
}

const likes = optimistic<Like>()
const follows = optimistic<boolean>()
const comments = store<ReadonlyMap<number, CommentChange[]>>(new Map())
token.subscribe(() => {
  likes.clear()
  follows.clear()
})

const serverLike = (video: Video): Like => ({ on: video.is_favorite, count: video.favorite_count })

export const useLike = (video: Video): Like => likes.useShown(video, serverLike(video))

export const useFollow = (user: User): boolean => follows.useShown(user, user.is_follow)

/** Includes the comments of the viewer that were made after the video was requested. */
export function useCommentCount(video: Video): number {
  const newer = (useStore(comments).get(video.id) ?? []).filter(({ atMs }) => atMs > requestedAtMs(video))
  return Math.max(
    0,
    newer.reduce((sum, { change }) => sum + change, video.comment_count),
  )
}

export function countComment(videoId: number, change: 1 | -1): void {
  const before = comments.value.get(videoId) ?? []
  comments.set(new Map(comments.value).set(videoId, [...before, { atMs: performance.now(), change }]))
}

/** Shown at once, and rolled back when the request fails. */
export function setLike(video: Video, on: boolean): void {
  if (!requireSignIn()) return
  const before = likes.shownOf(video, serverLike(video))
  if (before.on === on) return
  const after = { on, count: Math.max(0, before.count + (on ? 1 : -1)) }
  const send = () => post('/favorite/action/', { video_id: video.id, action_type: on ? 1 : 2 })
  likes.change(video, before, after, () => inOrder(`like ${video.id}`, send)).catch(toastProblem)
}

export const toggleLike = (video: Video) => setLike(video, !likes.shownOf(video, serverLike(video)).on)

export function toggleFollow(user: User): void {
  if (!requireSignIn()) return
  const before = follows.shownOf(user, user.is_follow)
  const send = () => post('/relation/action/', { to_user_id: user.id, action_type: before ? 2 : 1 })
  follows.change(user, before, !before, () => inOrder(`follow ${user.id}`, send)).catch(toastProblem)
}

const inFlight = new Map<string, Promise<unknown>>()

/** Actions on one video or user reach the server in the order of the clicks. */
function inOrder(key: string, action: () => Promise<unknown>): Promise<unknown> {
  const result = (inFlight.get(key) ?? Promise.resolve()).catch(() => {}).then(action)
  inFlight.set(key, result)
  const cleanUp = () => inFlight.get(key) === result && inFlight.delete(key)
  result.then(cleanUp, cleanUp)
  return result
}
