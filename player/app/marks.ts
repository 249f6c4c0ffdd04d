// What the viewer likes, follows and says, as shown everywhere at once: what she did here outweighs what a list said before.
import { post } from './api.ts'
import { askedAtMs } from './asked.ts'
import { optimistic } from './optimistic.ts'
import { requireSignIn } from './session.ts'
import { store, useStore } from './store.ts'
import { toastProblem } from './toast.ts'
import { token } from './token.ts'
import type { User, Video } from './types.ts'

interface Like {
  on: boolean
  count: number
}

interface Commented {
  atMs: number
  change: 1 | -1
}

const likes = optimistic<Like>()
const follows = optimistic<boolean>()
const comments = store<ReadonlyMap<number, Commented[]>>(new Map())
token.subscribe(() => {
  likes.forgetAll()
  follows.forgetAll()
})

const saidLike = (video: Video): Like => ({ on: video.is_favorite, count: video.favorite_count })

export const useLike = (video: Video): Like => likes.useShown(video, saidLike(video))

export const useFollow = (user: User): boolean => follows.useShown(user, user.is_follow)

/** With her own comments that a list, asked for before, did not count. */
export function useCommentCount(video: Video): number {
  const later = (useStore(comments).get(video.id) ?? []).filter(({ atMs }) => atMs > askedAtMs(video))
  return Math.max(
    0,
    later.reduce((sum, { change }) => sum + change, video.comment_count),
  )
}

export function countComment(videoId: number, change: 1 | -1): void {
  const before = comments.value.get(videoId) ?? []
  comments.set(new Map(comments.value).set(videoId, [...before, { atMs: performance.now(), change }]))
}

/** Shown at once and taken back when the server refuses. */
export function setLike(video: Video, on: boolean): void {
  if (!requireSignIn()) return
  const before = likes.shownOf(video, saidLike(video))
  if (before.on === on) return
  const after = { on, count: Math.max(0, before.count + (on ? 1 : -1)) }
  const send = () => post('/favorite/action/', { video_id: video.id, action_type: on ? 1 : 2 })
  likes.change(video, before, after, () => inOrder(`like ${video.id}`, send)).catch(toastProblem)
}

export const toggleLike = (video: Video) => setLike(video, !likes.shownOf(video, saidLike(video)).on)

export function toggleFollow(user: User): void {
  if (!requireSignIn()) return
  const before = follows.shownOf(user, user.is_follow)
  const send = () => post('/relation/action/', { to_user_id: user.id, action_type: before ? 2 : 1 })
  follows.change(user, before, !before, () => inOrder(`follow ${user.id}`, send)).catch(toastProblem)
}

const underWay = new Map<string, Promise<unknown>>()

/** Actions on one thing reach the server in the order of the clicks. */
function inOrder(key: string, action: () => Promise<unknown>): Promise<unknown> {
  const mine = (underWay.get(key) ?? Promise.resolve()).catch(() => {}).then(action)
  underWay.set(key, mine)
  const forget = () => underWay.get(key) === mine && underWay.delete(key)
  mine.then(forget, forget)
  return mine
}
