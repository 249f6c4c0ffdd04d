import { type Database, isOneOf, newestPerOwner } from '@douyin/database'
import { checkIds, type Feed, maxIds } from '@douyin/proto'
import { sql } from 'drizzle-orm'
import { authorTable, commentTable, videoTable } from './schema.ts'
import { authorStats, isPublished, ofExistingVideo } from './videos.ts'

/** The videos and comments of users, and their counts. */
export function authors(db: Database): Pick<Feed, 'batchGetAuthorStats' | 'batchGetAuthored'> {
  return {
    async batchGetAuthorStats({ user_id }) {
      checkIds(user_id)
      return { authors: (await readAuthors(db, user_id)).map(authorStats) }
    },

    async batchGetAuthored({ user_id }) {
      checkIds(user_id)
      const [stats, videos, comments] = await Promise.all([
        readAuthors(db, user_id),
        newestPerOwner(db, user_id, {
          table: videoTable,
          owner: videoTable.userId,
          id: videoTable.id,
          order: sql`${videoTable.publishTime} desc`,
          only: isPublished,
          index: 'video_author',
          limit: maxIds,
        }),
        newestPerOwner(db, user_id, {
          table: commentTable,
          owner: commentTable.userId,
          id: commentTable.id,
          order: sql`${commentTable.id} desc`,
          only: ofExistingVideo,
          index: 'comment_author',
          limit: maxIds,
        }),
      ])
      const byId = new Map(stats.map((author) => [author.userId, author]))
      return {
        authors: user_id.map((id) => ({
          user_id: id,
          video_id: videos.get(id) ?? [],
          comment_id: comments.get(id) ?? [],
          work_count: byId.get(id)?.workCount ?? 0,
          total_favorited: byId.get(id)?.totalFavorited ?? 0,
        })),
      }
    },
  }
}

async function readAuthors(db: Database, ids: number[]) {
  return ids.length === 0 ? [] : db.select().from(authorTable).where(isOneOf(authorTable.userId, ids))
}
