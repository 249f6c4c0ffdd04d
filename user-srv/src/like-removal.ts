import { type Database, isOneOf, transactInTwoRoundTrips } from '@douyin/database'
import { eq, type SQL, sql } from 'drizzle-orm'
import { favoriteTable, favoriteTotalTable, userTable } from './schema.ts'

/** Users whose rows one transaction locks. */
const batchSize = 500

/**
 * Deletes some likes of a video with the counts of their users. Returns whether more may be left. Users are locked in
 * ascending id, as they are when likes are written, so that the two cannot deadlock and each row is counted once.
 */
export async function removeLikes(db: Database, videoId: number): Promise<boolean> {
  const rows = await db
    .select({ userId: favoriteTable.userId })
    .from(favoriteTable, { forceIndex: 'favorite_video' })
    .where(eq(favoriteTable.videoId, videoId))
    .limit(batchSize)
  if (rows.length === 0) return false
  const users = rows.map((row) => row.userId)
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    // Read after the lock: a like may have been deleted since the query above.
    const [, likes] = await begin([lockUsers(users), likesOf(users, videoId)])
    const likers = likes?.rows.map((row): number => row.user_id) ?? []
    await commit(likers.length > 0 ? remove(likers, videoId) : [])
  })
  return rows.length === batchSize
}

function lockUsers(ids: number[]): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, ids)} order by ${id} for update`
}

function likesOf(users: number[], video: number): SQL {
  const { userId, videoId } = favoriteTable
  return sql`select ${userId} from ${favoriteTable} where ${videoId} = ${video} and ${isOneOf(userId, users)}`
}

/** No row for the outbox, as feed-srv takes no count of a deleted video. */
function remove(users: number[], video: number): SQL[] {
  const { userId, videoId } = favoriteTable
  const { favoriteCount } = userTable
  const { count, version } = favoriteTotalTable
  return [
    sql`delete from ${favoriteTable} where ${videoId} = ${video} and ${isOneOf(userId, users)}`,
    sql`update ${userTable} set ${favoriteCount} = ${favoriteCount} - 1 where ${isOneOf(userTable.id, users)}`,
    sql`update ${favoriteTotalTable} set ${count} = ${count} - ${users.length}, ${version} = ${version} + 1
      where ${favoriteTotalTable.videoId} = ${video}`,
  ]
}
