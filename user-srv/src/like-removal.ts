import { type Database, isOneOf, transactInTwoRoundTrips } from '@douyin/database'
import { eq, type SQL, sql } from 'drizzle-orm'
import { favoriteTable, favoriteTotalTable, userTable } from './schema.ts'

/** Users whose rows one transaction holds. */
const batch = 500

/**
 * Removes some likes of a video with the counts of their users; says whether more may be left. Users are locked as by those
 * who like, the least id first, so that neither waits for the other in a circle and each row is counted once.
 */
export async function removeLikes(db: Database, videoId: number): Promise<boolean> {
  const rows = await db
    .select({ userId: favoriteTable.userId })
    .from(favoriteTable, { forceIndex: 'favorite_video' })
    .where(eq(favoriteTable.videoId, videoId))
    .limit(batch)
  if (rows.length === 0) return false
  const users = rows.map((row) => row.userId)
  await transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    // What is there once the users are locked: somebody may have taken a like back, or removed it, before.
    const [, found] = await begin([lockUsers(users), likesOf(users, videoId)])
    const theirs = found?.rows.map((row): number => row.user_id) ?? []
    await commit(theirs.length > 0 ? remove(theirs, videoId) : [])
  })
  return rows.length === batch
}

function lockUsers(ids: number[]): SQL {
  const { id } = userTable
  return sql`select ${id} from ${userTable} where ${isOneOf(id, ids)} order by ${id} for update`
}

function likesOf(users: number[], video: number): SQL {
  const { userId, videoId } = favoriteTable
  return sql`select ${userId} from ${favoriteTable} where ${videoId} = ${video} and ${isOneOf(userId, users)}`
}

/** No note that feed-srv has to be told: of a deleted video it takes no count. */
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
