import { batcher, waitAtMost } from '@douyin/process'
import type { FavoriteCount, FavoriteOutcomes, Feed } from '@douyin/proto'
import { runDetached } from '@douyin/telemetry'

/** How long counts wait for others to be told with them; not once somebody looks. */
const gatherMs = 100
/** How long who looks waits for them. */
const shownMs = 100
/** How many go into one call: feed-srv compares each of them with each video. */
const maxBatchSize = 100
/** How many notes user-srv takes back at once. */
const mostTold = 1000

/** What user-srv gives with likes. */
type Given = Pick<FavoriteOutcomes, 'counts' | 'untold'>

/**
 * Tells feed-srv the counts that user-srv gives with likes: not before each is answered but before anybody looks, through
 * this process, at what it changes. What gets lost here user-srv tells within two seconds.
 */
export function likeCounts(feed: Pick<Feed, 'publishFavoriteCounts'>) {
  /** The newest of each video, and the notes of them all. */
  const waiting = new Map<number, FavoriteCount>()
  const untold: number[] = []
  let told: number[] = []
  let timer: Timer | undefined
  let telling: Promise<unknown> | undefined

  const tell = batcher(
    async (counts: FavoriteCount[]) => {
      const { video_id } = await feed.publishFavoriteCounts({ counts })
      // user-srv has to hear of a video that is gone, so it tells these counts once more.
      if (video_id.length > 0) throw new Error('a video is gone')
      return counts
    },
    { concurrency: 1, maxBatchSize },
  )

  function tellAll() {
    clearTimeout(timer)
    timer = undefined
    const notes = untold.splice(0)
    // They are the counts of many requests, and of none more than of the others.
    const calls = runDetached(() => [...waiting.values()].map(tell))
    const mine = Promise.allSettled([telling, ...calls]).then((ends) => {
      if (ends.every((end) => end.status === 'fulfilled')) told = [...told, ...notes].slice(-mostTold)
      if (telling === mine) telling = undefined
    })
    waiting.clear()
    telling = mine
  }

  return {
    note({ counts, untold: notes }: Given): void {
      for (const count of counts) {
        if (count.version > (waiting.get(count.video_id)?.version ?? 0)) waiting.set(count.video_id, count)
      }
      untold.push(...notes)
      if (waiting.size > 0) timer ??= setTimeout(tellAll, gatherMs)
    },

    /** The notes of what feed-srv was told, once, for user-srv. */
    takeTold: (): number[] => told.splice(0),

    /** Resolves when feed-srv shows what was noted before, after 100 ms at the latest; undefined if it does already. */
    shown(): Promise<void> | undefined {
      if (waiting.size > 0) tellAll()
      return telling && waitAtMost(telling, shownMs)
    },
  }
}
