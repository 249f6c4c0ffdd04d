import { type Database, isOneOf, transact } from '@douyin/database'
import { and, asc, eq, gt } from 'drizzle-orm'
import { authorTable, commentTable, transcodeJobTable, videoFileTable, videoTable } from './schema.ts'
import { videoExists } from './videos.ts'

export type AuthoredKind = 'video' | 'comment'

const pageSize = 1000

/** Up to 1000 ids, greater than `afterId`, of users who have a video that is not deleted, or a comment. */
export async function authorIdsAfter(db: Database, kind: AuthoredKind, afterId: number): Promise<number[]> {
  const table = kind === 'video' ? videoTable : commentTable
  const rows = await db
    .selectDistinct({ id: table.userId })
    .from(table)
    .where(and(gt(table.userId, afterId), kind === 'video' ? videoExists : undefined))
    .orderBy(asc(table.userId))
    .limit(pageSize)
  return rows.map(({ id }) => id)
}

/**
 * Deletes the videos or comments of a user; videos as if the author had deleted them. Another audit corrects comment
 * counts.
 */
export async function removeAuthored(db: Database, kind: AuthoredKind, userId: number): Promise<void> {
  if (kind === 'comment') await db.delete(commentTable).where(eq(commentTable.userId, userId))
  else
    await transact(db, async (tx) => {
      const theirs = and(eq(videoTable.userId, userId), videoExists)
      const removed = await tx.select({ id: videoTable.id }).from(videoTable).where(theirs).for('update')
      await tx.update(videoTable).set({ deleteTime: Date.now() }).where(theirs)
      const ids = removed.map(({ id }) => id)
      if (ids.length > 0) {
        await tx.delete(transcodeJobTable).where(isOneOf(transcodeJobTable.videoId, ids))
        await tx.delete(videoFileTable).where(isOneOf(videoFileTable.videoId, ids))
      }
      await tx.delete(authorTable).where(eq(authorTable.userId, userId))
    })
}
