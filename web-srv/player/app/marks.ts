// What the viewer likes and follows, as shown everywhere at once: what she did here outweighs what a list said before.
import { post } from './api.ts'
import { requireSignIn } from './session.ts'
import { type Store, store, useStore } from './store.ts'
import { toastProblem } from './toast.ts'
import { token } from './token.ts'
import type { User, Video } from './types.ts'

interface Like {
  on: boolean
  count: number
}

const likes = store<ReadonlyMap<number, Like>>(new Map())
const follows = store<ReadonlyMap<number, boolean>>(new Map())
const comments = store<ReadonlyMap<number, number>>(new Map())
token.subscribe(() => {
  likes.set(new Map())
  follows.set(new Map())
})

function put<Value>(into: Store<ReadonlyMap<number, Value>>, id: number, value: Value): void {
  into.set(new Map(into.value).set(id, value))
}

const likeOf = (video: Video): Like =>
  likes.value.get(video.id) ?? { on: video.is_favorite, count: video.favorite_count }

export function useLike(video: Video): Like {
  return useStore(likes).get(video.id) ?? likeOf(video)
}

export function useFollow(user: User): boolean {
  return useStore(follows).get(user.id) ?? user.is_follow
}

export function useCommentCount(video: Video): number {
  return Math.max(0, video.comment_count + (useStore(comments).get(video.id) ?? 0))
}

export function countComment(videoId: number, change: 1 | -1): void {
  put(comments, videoId, (comments.value.get(videoId) ?? 0) + change)
}

/** Shown at once and taken back when the server refuses. */
export function setLike(video: Video, on: boolean): void {
  if (!requireSignIn()) return
  const before = likeOf(video)
  if (before.on === on) return
  put(likes, video.id, { on, count: Math.max(0, before.count + (on ? 1 : -1)) })
  inOrder(`like ${video.id}`, () => post('/favorite/action/', { video_id: video.id, action_type: on ? 1 : 2 })).catch(
    (error) => {
      put(likes, video.id, before)
      toastProblem(error)
    },
  )
}

export const toggleLike = (video: Video) => setLike(video, !likeOf(video).on)

export function toggleFollow(user: User): void {
  if (!requireSignIn()) return
  const before = follows.value.get(user.id) ?? user.is_follow
  put(follows, user.id, !before)
  inOrder(`follow ${user.id}`, () =>
    post('/relation/action/', { to_user_id: user.id, action_type: before ? 2 : 1 }),
  ).catch((error) => {
    put(follows, user.id, before)
    toastProblem(error)
  })
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
