import type { Database } from '@douyin/database'
import { type BackgroundLoop, backgroundLoop } from '@douyin/process'
import type { Log } from '@douyin/proto'
import { and, asc, gt, inArray, lt } from 'drizzle-orm'
import { commentTable, videoTable } from './schema.ts'

const intervalMs = 5000
const videoBatchSize = 100
const commentBatchSize = 1000

/**
 * Deletes the rows of videos that were deleted over `graceMs` ago, their comments first. By then their files and likes
 * are gone: web-srv and user-srv see a deletion in ListDeletedVideos as long as its row exists.
 */
export function purgeDeletedVideos(db: Database, graceMs: number, log: Log): BackgroundLoop {
  const round = () => purgeBatch(db, Date.now() - graceMs)
  return backgroundLoop(round, {
    name: 'deleted videos',
    intervalMs,
    onError: (error) => log.error({ err: error }, 'failed to purge deleted videos'),
  })
}

/**
 * Returns whether more may be left. No comment is added meanwhile: the videos were hidden for the whole grace period.
 */
async function purgeBatch(db: Database, deletedBefore: number): Promise<boolean> {
  const { id, deleteTime } = videoTable
  const videos = await db
    .select({ id })
    .from(videoTable)
    .where(and(gt(deleteTime, 0), lt(deleteTime, deletedBefore)))
    .orderBy(asc(deleteTime))
    .limit(videoBatchSize)
  if (videos.length === 0) return false
  const ids = videos.map((video) => video.id)
  const isOfTheseVideos = inArray(commentTable.videoId, ids)
  const [{ affectedRows }] = await db.delete(commentTable).where(isOfTheseVideos).limit(commentBatchSize)
  if (affectedRows === commentBatchSize) return true
  await db.delete(videoTable).where(inArray(id, ids))
  return videos.length === videoBatchSize
}
