import { type Database, type Transaction, transact } from '@douyin/database'
import { checkLimit, Failure, type Feed, type VideoDeletion } from '@douyin/proto'
import { and, asc, eq, gt, gte, or, sql } from 'drizzle-orm'
import { clocks, nextTime } from './publish-clock.ts'
import { authorTable, videoTable } from './schema.ts'
import { removeJob } from './transcode-jobs.ts'
import { otherKeys, storeKeys } from './video-files.ts'
import { videoExists } from './videos.ts'

/** Deletion of videos, and the list of deleted ones for the other services. */
export function deletion(db: Database): Pick<Feed, 'deleteVideo' | 'listDeletedVideos'> {
  const { id, deleteTime, playUrl, coverUrl, originalUrl, renditions } = videoTable
  return {
    async deleteVideo(request) {
      await transact(db, (tx) => remove(tx, request))
      return {}
    },

    async listDeletedVideos({ after_time, after_id, limit }) {
      const later = or(gt(deleteTime, after_time), gt(id, after_id))
      const rows = await db
        .select({ id, delete_time: deleteTime, playUrl, coverUrl, originalUrl, renditions })
        .from(videoTable)
        // Videos that are not deleted have the time 0. The bound is given twice, as MySQL reads a range only from the plain one.
        .where(and(gt(deleteTime, 0), gte(deleteTime, after_time), later))
        .orderBy(asc(deleteTime), asc(id))
        .limit(checkLimit(limit))
      const videos = rows.map(({ originalUrl, renditions, ...video }) => ({
        ...video,
        other_key: otherKeys({ originalUrl, renditions }),
      }))
      return { videos }
    },
  }
}

/**
 * Marks the video as deleted, ends its job, and updates the counts of its author. Every read checks the mark. The row
 * still names the files, which web-srv removes.
 */
async function remove(tx: Transaction, { user_id, video_id }: VideoDeletion): Promise<void> {
  const [video] = await tx
    .select()
    .from(videoTable)
    .where(and(eq(videoTable.id, video_id), videoExists))
    .for('update')
  if (!video) throw new Failure('VIDEO_NOT_FOUND', { id: video_id })
  if (video.userId !== user_id) throw new Failure('NOT_YOUR_VIDEO')
  const deleteTime = await nextTime(tx, clocks.delete)
  await tx.update(videoTable).set({ deleteTime }).where(eq(videoTable.id, video_id))
  await removeJob(tx, video_id)
  await storeKeys(tx, video_id, [])
  if (video.publishTime === null) return
  await tx
    .update(authorTable)
    .set({
      workCount: sql`${authorTable.workCount} - 1`,
      totalFavorited: sql`${authorTable.totalFavorited} - ${video.favoriteCount}`,
    })
    .where(eq(authorTable.userId, user_id))
}
