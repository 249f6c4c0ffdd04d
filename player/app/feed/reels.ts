import { feedPage, oneVideo } from '../lists.ts'
import { cached, clearCached, type ItemPage, type Pager, pager, setCached } from '../pager.ts'
import { token } from '../token.ts'
import type { Video } from '../types.ts'

/** A list of videos to scroll through, and the index of the current one. */
export interface Reel {
  videos: Pager<Video>
  index: number
}

// Likes and follows depend on the viewer, so signing in or out drops all cached lists.
token.subscribe(() => clearCached())

export const feedReel = (): Reel =>
  cached('reel:feed', () => ({ videos: pager((cursor) => feedPage('/feed/', cursor)), index: 0 }))

export const followingReel = (): Reel =>
  cached('reel:following', () => ({ videos: pager((cursor) => feedPage('/feed/following/', cursor)), index: 0 }))

/** The grid from which a video was opened last. Its list becomes the reel. */
let opened: { videos: Pager<Video>; id: number } | undefined
export function openFrom(videos: Pager<Video>, id: number): void {
  opened = { videos, id }
}

/** The reel at one video: in the grid it was opened from, otherwise followed by the newest videos. The list is empty
 * when the video does not exist. */
export function videoReel(id: number): Reel {
  const source = opened
  opened = undefined
  const index = source?.id === id ? source.videos.value.items.findIndex((video) => video.id === id) : -1
  if (source && index >= 0) return { videos: source.videos, index }
  const make = () => ({ videos: pager((cursor) => startingWith(id, cursor)), index: 0 })
  const reel: Reel = cached(`reel:video:${id}`, make)
  reel.index = Math.max(
    0,
    reel.videos.value.items.findIndex((video) => video.id === id),
  )
  return reel
}

/** Caches the reel under the URL of a video, so that going back returns to it. */
export function cacheReel(reel: Reel, id: number): void {
  setCached(`reel:video:${id}`, reel)
}

async function startingWith(id: number, cursor: string): Promise<ItemPage<Video>> {
  if (cursor) return feedPage('/feed/', cursor === 'newest' ? '' : cursor)
  const video = await oneVideo(id)
  return video ? { items: [video], next: 'newest' } : { items: [], next: '' }
}
