import { atMost, gather } from '@douyin/process'
import type { FavoriteCount, Feed } from '@douyin/proto'

/** How long a count waits for others to be told with it; not once somebody looks. */
const gatherMs = 20
/** How long who looks waits for them. */
const shownMs = 100
/** How many go into one call: feed-srv compares each of them with each video. */
const most = 100

/**
 * Tells feed-srv the counts that user-srv gives with likes: not before each is answered but before anybody looks, through
 * this process, at what it changes. What gets lost here user-srv tells within a second.
 */
export function likeCounts(feed: Pick<Feed, 'publishFavoriteCounts'>) {
  /** The newest of each video. */
  const waiting = new Map<number, FavoriteCount>()
  let timer: Timer | undefined
  let telling: Promise<unknown> | undefined

  const tell = gather(
    async (counts: FavoriteCount[]) => {
      await feed.publishFavoriteCounts({ counts })
      return counts
    },
    { atOnce: 1, most },
  )

  function tellAll() {
    clearTimeout(timer)
    timer = undefined
    const mine = Promise.allSettled([telling, ...[...waiting.values()].map(tell)]).then(() => {
      if (telling === mine) telling = undefined
    })
    waiting.clear()
    telling = mine
  }

  return {
    note(counts: FavoriteCount[]): void {
      for (const count of counts) {
        if (count.version > (waiting.get(count.video_id)?.version ?? 0)) waiting.set(count.video_id, count)
      }
      if (waiting.size > 0) timer ??= setTimeout(tellAll, gatherMs)
    },

    /** Resolves when feed-srv shows what was noted before, after 100 ms at the latest; undefined if it does already. */
    shown(): Promise<void> | undefined {
      if (waiting.size > 0) tellAll()
      return telling && atMost(telling, shownMs)
    },
  }
}
