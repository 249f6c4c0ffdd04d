import type { Database } from '@douyin/database'
import { type BackgroundLoop, backgroundLoop } from '@douyin/process'
import type { Log } from '@douyin/proto'
import { and, asc, gt, inArray, lt } from 'drizzle-orm'
import { commentTable, videoTable } from './schema.ts'

const intervalMs = 5000
const videosAtOnce = 100
const commentsAtOnce = 1000

/**
 * Removes the rows of videos that were taken away over `graceMs` ago, their comments before them. By then their files and
 * likes are gone: web-srv and user-srv are told of a deletion for as long as its row is there.
 */
export function freeDeleted(db: Database, graceMs: number, log: Log): BackgroundLoop {
  const round = () => freeSome(db, Date.now() - graceMs)
  return backgroundLoop(round, {
    name: 'deleted videos',
    intervalMs,
    onError: (error) => log.error({ err: error }, 'deleted videos are kept longer'),
  })
}

/** Says whether more may be left. Nothing is added to a video meanwhile: it has been hidden for the whole grace. */
async function freeSome(db: Database, deletedBefore: number): Promise<boolean> {
  const { id, deleteTime } = videoTable
  const videos = await db
    .select({ id })
    .from(videoTable)
    .where(and(gt(deleteTime, 0), lt(deleteTime, deletedBefore)))
    .orderBy(asc(deleteTime))
    .limit(videosAtOnce)
  if (videos.length === 0) return false
  const ids = videos.map((video) => video.id)
  const theirs = inArray(commentTable.videoId, ids)
  const [{ affectedRows }] = await db.delete(commentTable).where(theirs).limit(commentsAtOnce)
  if (affectedRows === commentsAtOnce) return true
  await db.delete(videoTable).where(inArray(id, ids))
  return videos.length === videosAtOnce
}
