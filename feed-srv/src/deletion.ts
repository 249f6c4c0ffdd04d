import { type Database, type Transaction, transact } from '@douyin/database'
import { type Feed, forbidden, notFound, type VideoDeletion } from '@douyin/proto'
import { and, eq, sql } from 'drizzle-orm'
import { authorTable, videoTable } from './schema.ts'
import { isThere } from './videos.ts'

/** Taking a video away. */
export function deletion(db: Database): Pick<Feed, 'deleteVideo'> {
  return {
    async deleteVideo(request) {
      await transact(db, (tx) => remove(tx, request))
      return {}
    },
  }
}

/** A mark that every read looks for, and what the author loses with it. */
async function remove(tx: Transaction, { user_id, video_id }: VideoDeletion): Promise<void> {
  const [video] = await tx
    .select({ userId: videoTable.userId, favoriteCount: videoTable.favoriteCount })
    .from(videoTable)
    .where(and(eq(videoTable.id, video_id), isThere))
    .for('update')
  if (!video) throw notFound(`no video ${video_id}`)
  if (video.userId !== user_id) throw forbidden('only its author may delete a video')
  await tx.update(videoTable).set({ deleteTime: Date.now() }).where(eq(videoTable.id, video_id))
  await tx
    .update(authorTable)
    .set({
      workCount: sql`${authorTable.workCount} - 1`,
      totalFavorited: sql`${authorTable.totalFavorited} - ${video.favoriteCount}`,
    })
    .where(eq(authorTable.userId, user_id))
}
