import {
  type Database,
  foldDeltas,
  isOneOf,
  namesOf,
  plus,
  type Repeated,
  repeat,
  rowsOf,
  sumBy,
  type Transaction,
  transact,
  valueFor,
} from '@douyin/database'
import { gather } from '@douyin/process'
import type { FavoriteCount, Feed, Log } from '@douyin/proto'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { countDeltaTable, favoriteTotalTable, userTable } from './schema.ts'

/** What a row of count_delta counts: the first three for a user, the last for a video. */
export const countKinds = { follow: 1, follower: 2, favorite: 3, videoFavorite: 4 } as const

/** How long a like waits for its count to be shown: in health it takes a few ms. */
const shownMs = 100
const intervalMs = 1000
/** How many counts go into one call or statement. */
const most = 500

type Delta = Pick<typeof countDeltaTable.$inferSelect, 'kind' | 'subjectId' | 'delta'>

export interface FavoriteCounts extends Repeated {
  /** Resolves when feed-srv shows the likes of a video as they were at the call, or newer; after 100 ms at the latest. */
  shown(videoId: number): Promise<void>
}

/**
 * Tells feed-srv the likes of each video: the absolute count with a version, so that telling twice, late or after a crash
 * is harmless. Who likes has it told at once; what that missed is found by its mark, a round each second, which also takes
 * away the marks of what was told: nobody waits for those. And it adds what a version of ours left in count_delta that
 * counted apart from the rows.
 */
export function favoriteCounts(db: Database, feed: Pick<Feed, 'publishFavoriteCounts'>, log: Log): FavoriteCounts {
  /** The versions told whose marks are still there. */
  const told = new Map<number, number>()

  async function tell(where: SQL): Promise<number> {
    const counts = await totals(db, where)
    if (counts.length > 0) await feed.publishFavoriteCounts({ counts })
    for (const { video_id, version } of counts) told.set(video_id, version)
    return counts.length
  }

  const tellTogether = gather(
    async (videoIds: number[]) => {
      await tell(isOneOf(favoriteTotalTable.videoId, new Set(videoIds)))
      return videoIds
    },
    { atOnce: 1, most },
  )

  async function round(): Promise<boolean> {
    const moreDeltas = await foldDeltas(db, countDeltaTable, addDeltas)
    const marked = [...told].sort(([a], [b]) => a - b)
    told.clear()
    for (let from = 0; from < marked.length; from += most) await unmark(db, new Map(marked.slice(from, from + most)))
    return (await tell(eq(favoriteTotalTable.unpublished, true))) === most || moreDeltas
  }

  const onError = (error: unknown) => log.error({ err: error }, 'counts are late')
  return {
    ...repeat(round, { name: 'counts', intervalMs, onError }),
    shown(videoId) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, shownMs)
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      // What could not be told is told by a round, which also says why.
      tellTogether(videoId).then(done, done)
      return promise
    },
  }
}

/** Adds to the counts, each row once: least id first, so that two who add do not lock each other out. */
export async function addDeltas(tx: Transaction, deltas: Delta[]): Promise<void> {
  const of = (kind: number) =>
    sumBy(
      deltas.filter((row) => row.kind === kind),
      (row) => row.subjectId,
    )
  await addToUsers(tx, of(countKinds.follow), of(countKinds.follower), of(countKinds.favorite))
  await addToVideos(tx, of(countKinds.videoFavorite))
}

type Sums = Map<number, number>

async function addToUsers(tx: Transaction, follow: Sums, follower: Sums, favorite: Sums): Promise<void> {
  const ids = [...new Set([...follow.keys(), ...follower.keys(), ...favorite.keys()])].sort((a, b) => a - b)
  if (ids.length === 0) return
  await tx
    .update(userTable)
    .set({
      followCount: plus(userTable.followCount, userTable.id, follow),
      followerCount: plus(userTable.followerCount, userTable.id, follower),
      favoriteCount: plus(userTable.favoriteCount, userTable.id, favorite),
    })
    .where(isOneOf(userTable.id, ids))
}

async function addToVideos(tx: Transaction, sums: Sums): Promise<void> {
  if (sums.size === 0) return
  const { videoId, count, version, unpublished } = favoriteTotalTable
  const rows = rowsOf([...sums].map(([id, sum]) => [id, sum, 1, 1]))
  await tx.execute(sql`insert into ${favoriteTotalTable} (${namesOf([videoId, count, version, unpublished])})
    values ${rows} on duplicate key update ${namesOf([count])} = ${count} + values(${namesOf([count])}),
    ${namesOf([version])} = ${version} + 1, ${namesOf([unpublished])} = 1`)
}

async function totals(db: Database, where: SQL): Promise<FavoriteCount[]> {
  const { videoId, count, version } = favoriteTotalTable
  return db.select({ video_id: videoId, count, version }).from(favoriteTotalTable).where(where).limit(most)
}

/** Only of what was told: a count that has changed meanwhile has another version and keeps its mark. */
function unmark(db: Database, told: Map<number, number>): Promise<unknown> {
  const { videoId, version } = favoriteTotalTable
  const isTold = and(isOneOf(videoId, told.keys()), eq(version, valueFor(videoId, told, sql`0`)))
  return transact(db, (tx) => tx.update(favoriteTotalTable).set({ unpublished: false }).where(isTold))
}
