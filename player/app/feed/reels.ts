import { feedPage, oneVideo } from '../lists.ts'
import { forget, keep, type Page, type Pager, pager, remembered } from '../pager.ts'
import { token } from '../token.ts'
import type { Video } from '../types.ts'

/** Videos to be watched one after the other, and which of them is watched. */
export interface Reel {
  videos: Pager<Video>
  index: number
}

// Whoever signs in or out sees other likes and other people.
token.subscribe(() => forget())

export const feedReel = (): Reel =>
  remembered('reel:feed', () => ({ videos: pager((cursor) => feedPage('/feed/', cursor)), index: 0 }))

export const followingReel = (): Reel =>
  remembered('reel:following', () => ({ videos: pager((cursor) => feedPage('/feed/following/', cursor)), index: 0 }))

/** The grid in which a video was opened last goes on as the reel. */
let opened: { videos: Pager<Video>; id: number } | undefined
export function openFrom(videos: Pager<Video>, id: number): void {
  opened = { videos, id }
}

/** One video, then what it was found among, else the newest ones. An empty list: there is no such video. */
export function videoReel(id: number): Reel {
  const from = opened
  opened = undefined
  const at = from?.id === id ? from.videos.value.items.findIndex((video) => video.id === id) : -1
  if (from && at >= 0) return { videos: from.videos, index: at }
  const make = () => ({ videos: pager((cursor) => startingWith(id, cursor)), index: 0 })
  const reel: Reel = remembered(`reel:video:${id}`, make)
  reel.index = Math.max(
    0,
    reel.videos.value.items.findIndex((video) => video.id === id),
  )
  return reel
}

/** The address of each video watched leads back into this reel. */
export function keepReel(reel: Reel, id: number): void {
  keep(`reel:video:${id}`, reel)
}

async function startingWith(id: number, cursor: string): Promise<Page<Video>> {
  if (cursor) return feedPage('/feed/', cursor === 'newest' ? '' : cursor)
  const video = await oneVideo(id)
  return video ? { items: [video], next: 'newest' } : { items: [], next: '' }
}
