import type { Database } from '@douyin/database'
import type { Feed } from '@douyin/proto'
import { and, count, eq, gt, sum } from 'drizzle-orm'
import { videoTable } from './schema.ts'

const dayMs = 24 * 60 * 60 * 1000

/** How much a user uploads. */
export function usage(db: Database): Pick<Feed, 'getUploadUsage'> {
  return {
    async getUploadUsage({ user_id }) {
      const { userId, publishTime, bytes } = videoTable
      const [found] = await db
        .select({ uploads: count(), bytes: sum(bytes) })
        // With (user, deleted, time) MariaDB would read each row to find its size.
        .from(videoTable, { forceIndex: 'video_usage' })
        .where(and(eq(userId, user_id), gt(publishTime, Date.now() - dayMs)))
      return { uploads: found?.uploads ?? 0, bytes: Number(found?.bytes ?? 0) }
    },
  }
}
