import {
  type Database,
  foldDeltas,
  plus,
  type Repeated,
  repeat,
  sumBy,
  type Transaction,
  tuples,
} from '@douyin/database'
import type { Feed, Log } from '@douyin/proto'
import { eq, inArray, sql } from 'drizzle-orm'
import { countDeltaTable, favoriteTotalTable, userTable } from './schema.ts'

/** What a row of count_delta counts: the first three for a user, the last for a video. */
export const countKinds = { follow: 1, follower: 2, favorite: 3, videoFavorite: 4 } as const

/** How long a caller waits for the counts to show what she did: in health it takes a few ms. */
export const countWaitMs = 100
const intervalMs = 1000
const publishBatch = 500

type Delta = Pick<typeof countDeltaTable.$inferSelect, 'kind' | 'subjectId' | 'delta'>

/**
 * Tells feed-srv the likes of each video: the absolute count with a version, so that telling twice, late or after a crash
 * is harmless. And adds what a version of ours left in count_delta that counted apart from the rows.
 */
export function foldCounts(db: Database, feed: Pick<Feed, 'publishFavoriteCounts'>, log: Log): Repeated {
  async function round(): Promise<boolean> {
    const moreDeltas = await foldDeltas(db, countDeltaTable, addDeltas)
    const moreUnpublished = await publish(db, feed)
    return moreDeltas || moreUnpublished
  }
  return repeat(round, { name: 'counts', intervalMs, onError: (error) => log.error({ err: error }, 'counts are late') })
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
    .where(inArray(userTable.id, ids))
}

async function addToVideos(tx: Transaction, sums: Sums): Promise<void> {
  if (sums.size === 0) return
  const { count, version } = favoriteTotalTable
  await tx
    .insert(favoriteTotalTable)
    .values([...sums].map(([videoId, sum]) => ({ videoId, count: sum, version: 1, unpublished: true })))
    .onDuplicateKeyUpdate({
      set: {
        count: sql`${count} + values(${sql.identifier('count')})`,
        version: sql`${version} + 1`,
        unpublished: true,
      },
    })
}

/** Says whether more is left to publish. */
async function publish(db: Database, feed: Pick<Feed, 'publishFavoriteCounts'>): Promise<boolean> {
  const { videoId, count, version, unpublished } = favoriteTotalTable
  const totals = await db
    .select({ video_id: videoId, count, version })
    .from(favoriteTotalTable)
    .where(eq(unpublished, true))
    .limit(publishBatch)
  if (totals.length === 0) return false
  await feed.publishFavoriteCounts({ counts: totals })
  // Only what was told: a count that has changed meanwhile has another version and stays unpublished.
  const told = tuples(totals.map((total) => [total.video_id, total.version]))
  await db.update(favoriteTotalTable).set({ unpublished: false }).where(sql`(${videoId}, ${version}) in (${told})`)
  return totals.length === publishBatch
}
