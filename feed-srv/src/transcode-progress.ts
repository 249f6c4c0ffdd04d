import { type Database, isOneOf } from '@douyin/database'
import { checkIds, type Feed, type Preparation } from '@douyin/proto'
import { and, desc, eq, isNull, type SQL } from 'drizzle-orm'
import { authorTable, transcodeJobTable, videoTable } from './schema.ts'

const isExisting = eq(videoTable.deleteTime, 0)
const ofVideo = eq(transcodeJobTable.videoId, videoTable.id)

/** How far the videos are that are not published yet. */
export function transcodeProgress(db: Database): Pick<Feed, 'getTranscodeProgress'> {
  const { id, userId, publishTime, failure } = videoTable
  return {
    async getTranscodeProgress({ video_id }) {
      checkIds(video_id)
      const rows = await db
        .select({ id, userId, publishTime, failure, progress: transcodeJobTable.progress })
        .from(videoTable)
        .leftJoin(transcodeJobTable, ofVideo)
        .where(and(isOneOf(id, video_id), isExisting))
      return {
        videos: rows.map((row) => ({
          video_id: row.id,
          user_id: row.userId,
          preparation: row.publishTime === null ? preparation(row.failure, row.progress) : null,
        })),
      }
    },
  }
}

/** Videos that are not published, the newest first, in the form of a page. */
export async function unpublishedVideos(db: Database, where: SQL | undefined, limit: number) {
  const rows = await db
    .select({ video: videoTable, author: authorTable, progress: transcodeJobTable.progress })
    .from(videoTable)
    .leftJoin(authorTable, eq(authorTable.userId, videoTable.userId))
    .leftJoin(transcodeJobTable, ofVideo)
    .where(and(where, isExisting, isNull(videoTable.publishTime)))
    .orderBy(desc(videoTable.id))
    .limit(limit)
  return rows.map(({ video, author, progress }) => ({
    video,
    author,
    preparation: preparation(video.failure, progress),
  }))
}

const preparation = (failure: string, progress: number | null): Preparation => ({
  state: failure === '' ? 'preparing' : 'failed',
  progress: progress ?? 0,
  failure,
})
