// An outbox: each transaction that changes likes also inserts a row that names their videos. A loop publishes the counts of
// these videos to feed-srv and then deletes the rows. If a process dies in between, the next round publishes them again.
import { type Database, isOneOf, namesOf } from '@douyin/database'
import { type BackgroundLoop, backgroundLoop, batcher } from '@douyin/process'
import type { FavoriteCount, Feed, Log } from '@douyin/proto'
import { asc, inArray, type SQL, sql } from 'drizzle-orm'
import { favoriteTotalTable, likeCountOutboxTable } from './schema.ts'

/** feed-srv's copy is at most about a second old. Pages show the count of user-srv. */
const intervalMs = 500
/** Rows of one round. A row names up to 250 videos, as many as a call of web-srv. A call may name 1000. */
const rowsPerRound = 100
/** Counts of one call. feed-srv's UPDATE compares each count with each row. */
const countsPerCall = 100

/**
 * Publishes the like count of each video that the outbox names: the absolute count with a version, so that publishing it
 * twice, late or after a crash changes nothing. `noteDeleted` is called with the videos that feed-srv has no more.
 */
export function publishLikeCounts(
  db: Database,
  feed: Pick<Feed, 'publishFavoriteCounts'>,
  noteDeleted: (videoIds: number[]) => Promise<void>,
  log: Log,
): BackgroundLoop {
  /** Publishes a count. Returns whether its video does not exist. */
  const publish = batcher(
    async (counts: FavoriteCount[]) => {
      const missing = new Set((await feed.publishFavoriteCounts({ counts })).video_id)
      return counts.map((count) => missing.has(count.video_id))
    },
    { concurrency: 1, maxBatchSize: countsPerCall },
  )

  async function publishSome(): Promise<boolean> {
    const { id, videoIds } = likeCountOutboxTable
    const rows = await db.select({ id, videoIds }).from(likeCountOutboxTable).orderBy(asc(id)).limit(rowsPerRound)
    if (rows.length === 0) return false
    const counts = await likeCountsOf(db, new Set(rows.flatMap((row) => videosOf(row.videoIds))))
    const areMissing = await Promise.all(counts.map(publish))
    await noteDeleted(counts.filter((_, i) => areMissing[i]).map((count) => count.video_id))
    const ids = rows.map((row) => row.id)
    await db.delete(likeCountOutboxTable).where(inArray(id, ids))
    return rows.length === rowsPerRound
  }

  return backgroundLoop(publishSome, {
    name: 'like counts',
    intervalMs,
    onError: (error) => log.error({ err: error }, 'like counts reach feed-srv late'),
  })
}

/** The counts of videos that somebody has ever liked. */
export async function likeCountsOf(db: Database, videoIds: Iterable<number>): Promise<FavoriteCount[]> {
  const { videoId, count, version } = favoriteTotalTable
  return db.select({ video_id: videoId, count, version }).from(favoriteTotalTable).where(isOneOf(videoId, videoIds))
}

/** Inserts the outbox row of these videos. */
export function insertOutboxRow(ids: Iterable<number>): SQL {
  const { createTime, videoIds } = likeCountOutboxTable
  return sql`insert into ${likeCountOutboxTable} (${namesOf([createTime, videoIds])})
    values (${Date.now()}, ${[...ids].join()})`
}

/** The videos that an outbox row names. */
export const videosOf = (videoIds: string): number[] => videoIds.split(',').map(Number)
