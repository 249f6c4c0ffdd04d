import { type Database, transact } from '@douyin/database'
import { checkLength, Failure, type Feed } from '@douyin/proto'
import { and, eq } from 'drizzle-orm'
import { checkTitle } from './publishing.ts'
import { videoTable } from './schema.ts'
import { changeVideo, removeJob } from './transcode-jobs.ts'

const maxUrl = 512
/** The columns that describe the file that playUrl named. */
const noFacts = { renditions: '', originalUrl: '', durationMs: 0, width: 0, height: 0 }

export function videoEdits(db: Database): Pick<Feed, 'updateVideoInfo'> {
  return {
    async updateVideoInfo({ id, playUrl, coverUrl, title }) {
      if (title !== '') checkTitle(title)
      checkLength('playUrl', playUrl, maxUrl)
      checkLength('coverUrl', coverUrl, maxUrl)
      await transact(db, async (tx) => {
        const [video] = await tx
          .select()
          .from(videoTable)
          .where(and(eq(videoTable.id, id), eq(videoTable.deleteTime, 0)))
          .for('update')
        if (!video) throw new Failure('VIDEO_NOT_FOUND', { id })
        // A job would store what it makes of the old file.
        const isReplaced = playUrl !== '' && playUrl !== video.playUrl && video.publishTime !== null
        if (isReplaced) await removeJob(tx, id)
        // An empty string means no change.
        const changes = {
          ...(playUrl !== '' && { playUrl }),
          ...(coverUrl !== '' && { coverUrl }),
          ...(title !== '' && { title }),
          ...(isReplaced && noFacts),
        }
        if (Object.keys(changes).length > 0) await changeVideo(tx, video, changes)
      })
      return {}
    },
  }
}
