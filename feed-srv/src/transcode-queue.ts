import { type Database, isOneOf, transact } from '@douyin/database'
import { checkIds, checkLimit, type Feed } from '@douyin/proto'
import { and, asc, count, eq, gt, isNotNull, isNull, lte, ne, notLike } from 'drizzle-orm'
import { transcodeJobTable, videoTable } from './schema.ts'
import { jobKinds } from './transcode-jobs.ts'

type Queue = 'retryTranscode' | 'makeAllRenditions' | 'countTranscodeJobs'

/** Jobs that somebody orders, and the length of the queue. */
export function transcodeQueue(db: Database): Pick<Feed, Queue> {
  const { id, userId, publishTime, deleteTime, failure, originalUrl, playUrl, renditions } = videoTable
  return {
    async retryTranscode({ video_id, user_id }) {
      checkIds(video_id)
      const hasFailed = and(eq(deleteTime, 0), isNull(publishTime), ne(failure, ''), ne(originalUrl, ''))
      const isTheirs = user_id > 0 ? eq(userId, user_id) : undefined
      return transact(db, async (tx) => {
        const failed = await tx
          .select({ id })
          .from(videoTable)
          .where(and(isOneOf(id, video_id), hasFailed, isTheirs))
          .orderBy(asc(id))
          .for('update')
        const ids = failed.map((video) => video.id)
        if (ids.length > 0) {
          await tx.update(videoTable).set({ failure: '' }).where(isOneOf(id, ids))
          const jobs = ids.map((videoId) => ({ videoId, kind: jobKinds.firstVersion, createTime: Date.now() }))
          await tx.insert(transcodeJobTable).values(jobs)
        }
        return { video_id: ids }
      })
    },

    async makeAllRenditions({ after_id, limit, only_missing }) {
      const pageLimit = checkLimit(limit)
      const videos = await db
        .select({ id, renditions })
        .from(videoTable)
        .where(
          and(
            ...[gt(id, after_id), eq(deleteTime, 0), isNotNull(publishTime)],
            // An absolute URL: the file is not here.
            ...[notLike(playUrl, 'http://%'), notLike(playUrl, 'https://%')],
          ),
        )
        .orderBy(asc(id))
        .limit(pageLimit)
      const wanted = only_missing ? videos.filter((video) => video.renditions === '') : videos
      const jobs = wanted.map((video) => ({
        ...{ videoId: video.id, kind: jobKinds.orderedRenditions },
        createTime: Date.now(),
      }))
      // A video that has a job keeps it. A job whose video is deleted meanwhile ends when it is leased.
      const [{ affectedRows: queued }] =
        jobs.length > 0 ? await db.insert(transcodeJobTable).ignore().values(jobs) : [{ affectedRows: 0 }]
      return { queued, next_after_id: videos.length === pageLimit ? (videos.at(-1)?.id ?? 0) : 0 }
    },

    async countTranscodeJobs() {
      const { leasedBy, leasedUntil, createTime } = transcodeJobTable
      const now = Date.now()
      const [all, running, oldest] = await Promise.all([
        db.select({ jobs: count() }).from(transcodeJobTable),
        db
          .select({ jobs: count() })
          .from(transcodeJobTable)
          .where(and(gt(leasedUntil, now), ne(leasedBy, ''))),
        db
          .select({ createTime })
          .from(transcodeJobTable)
          .where(lte(leasedUntil, now))
          .orderBy(asc(transcodeJobTable.id))
          .limit(1),
      ])
      const [runningJobs, waitingSince] = [running[0]?.jobs ?? 0, oldest[0]?.createTime]
      return {
        waiting: Math.max(0, (all[0]?.jobs ?? 0) - runningJobs),
        running: runningJobs,
        oldest_ms: waitingSince === undefined ? 0 : Math.max(0, now - waitingSince),
      }
    },
  }
}
