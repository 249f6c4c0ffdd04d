import type { Database } from '@douyin/database'
import type { Feed } from '@douyin/proto'
import { and, count, eq, gt, ne, sum } from 'drizzle-orm'
import { idempotencyKeyTable, keyKinds, videoTable } from './schema.ts'

const dayMs = 24 * 60 * 60 * 1000

/** How much a user uploaded within a day. */
export function usage(db: Database): Pick<Feed, 'getUploadUsage'> {
  /** The id of the video that was published with an upload_id; 0 if there is none. */
  async function videoOf(user: number, uploadId: string): Promise<number> {
    const { userId, kind, key, rowId } = idempotencyKeyTable
    const [row] = await db
      .select({ rowId })
      .from(idempotencyKeyTable)
      .where(and(eq(userId, user), eq(kind, keyKinds.video), eq(key, uploadId)))
    return row?.rowId ?? 0
  }

  return {
    async getUploadUsage({ user_id, upload_id }) {
      const { id, userId, uploadTime, bytes } = videoTable
      const ownVideoId = upload_id ? await videoOf(user_id, upload_id) : 0
      const [row] = await db
        .select({ uploads: count(), bytes: sum(bytes) })
        // With the index on (user, deleted, time), MariaDB would read each row to find its size.
        .from(videoTable, { forceIndex: 'video_usage' })
        .where(and(eq(userId, user_id), gt(uploadTime, Date.now() - dayMs), ne(id, ownVideoId)))
      return { uploads: row?.uploads ?? 0, bytes: Number(row?.bytes ?? 0) }
    },
  }
}
