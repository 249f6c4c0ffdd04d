import type { Database } from '@douyin/database'
import { checkIds, type User } from '@douyin/proto'
import { and, eq, inArray } from 'drizzle-orm'
import { favoriteTable, followTable } from './schema.ts'

/** What one viewer has to do with a page: a membership question, not her whole lists. */
export function viewers(db: Database): Pick<User, 'getViewerFacts'> {
  return {
    async getViewerFacts({ viewer_id, video_id, user_id }) {
      checkIds(video_id)
      checkIds(user_id)
      const [liked, followed] = await Promise.all([
        likedOf(db, viewer_id, video_id),
        followedOf(db, viewer_id, user_id),
      ])
      return { liked_video_id: liked, followed_user_id: followed }
    },
  }
}

async function likedOf(db: Database, viewerId: number, videoIds: number[]): Promise<number[]> {
  if (videoIds.length === 0) return []
  const { userId, videoId } = favoriteTable
  const rows = await db
    .select({ videoId })
    .from(favoriteTable)
    .where(and(eq(userId, viewerId), inArray(videoId, videoIds)))
  return rows.map((row) => row.videoId)
}

async function followedOf(db: Database, viewerId: number, userIds: number[]): Promise<number[]> {
  if (userIds.length === 0) return []
  const { followerId, followedId } = followTable
  const rows = await db
    .select({ followedId })
    .from(followTable)
    .where(and(eq(followerId, viewerId), inArray(followedId, userIds)))
  return rows.map((row) => row.followedId)
}
