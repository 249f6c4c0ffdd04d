import { type Database, isOneOf, plus, sumBy, type Transaction, transact, valueFor } from '@douyin/database'
import { checkIds, type FavoriteCount, type Feed } from '@douyin/proto'
import { and, asc, sql } from 'drizzle-orm'
import { authorTable, videoTable } from './schema.ts'
import { isThere } from './videos.ts'

/** The counts of likes, which user-srv owns and publishes. */
export function favoriteCounts(db: Database): Pick<Feed, 'publishFavoriteCounts'> {
  return {
    async publishFavoriteCounts({ counts }) {
      checkIds(counts.map((count) => count.video_id))
      if (counts.length > 0) await transact(db, (tx) => takeCounts(tx, counts))
      return {}
    },
  }
}

/** Takes each count that is newer than ours, and its difference into what the author received. */
async function takeCounts(tx: Transaction, counts: FavoriteCount[]): Promise<void> {
  const told = new Map(counts.map((count) => [count.video_id, count]))
  const videos = await tx
    .select({
      id: videoTable.id,
      userId: videoTable.userId,
      favoriteCount: videoTable.favoriteCount,
      favoriteVersion: videoTable.favoriteVersion,
    })
    .from(videoTable)
    .where(and(isOneOf(videoTable.id, told.keys()), isThere))
    .orderBy(asc(videoTable.id))
    .for('update')
  const newer = videos.flatMap((video) => {
    const count = told.get(video.id)
    return count && count.version > video.favoriteVersion ? [{ video, count }] : []
  })
  if (newer.length === 0) return
  const set = (value: (count: FavoriteCount) => number) =>
    new Map(newer.map(({ video, count }) => [video.id, value(count)]))
  const newCounts = set((count) => count.count)
  await tx
    .update(videoTable)
    .set({
      favoriteCount: valueFor(videoTable.id, newCounts, sql`${videoTable.favoriteCount}`),
      favoriteVersion: valueFor(
        videoTable.id,
        set((count) => count.version),
        sql`${videoTable.favoriteVersion}`,
      ),
    })
    .where(isOneOf(videoTable.id, newCounts.keys()))
  const received = sumBy(
    newer.map(({ video, count }) => ({ userId: video.userId, delta: count.count - video.favoriteCount })),
    ({ userId }) => userId,
  )
  await tx
    .update(authorTable)
    .set({ totalFavorited: plus(authorTable.totalFavorited, authorTable.userId, received) })
    .where(isOneOf(authorTable.userId, received.keys()))
}
