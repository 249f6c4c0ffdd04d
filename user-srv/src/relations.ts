import { type Database, type Repeated, type Transaction, transact } from '@douyin/database'
import { checkIds, invalid, isDoing, maxIds, type RelationActionInfo, type User } from '@douyin/proto'
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { ResultSetHeader } from 'mysql2'
import { countKinds, countWaitMs } from './counts.ts'
import { lockUser } from './lock.ts'
import { newestPage, requireUser } from './pages.ts'
import { countDeltaTable, followTable, userTable } from './schema.ts'

const { followerId, followedId, createTime } = followTable

type Relations = 'relationAction' | 'getUserFollows' | 'getUserFollowers' | 'listFollows' | 'listFollowers'

/** Who follows whom. */
export function relations(db: Database, counts: Repeated): Pick<User, Relations> {
  return {
    async relationAction(request) {
      const change = isDoing(request.actionType) ? follow : unfollow
      if (request.userId === request.toUserId) throw invalid('you cannot follow yourself')
      const changed = await transact(db, (tx) => change(tx, request))
      if (changed) await counts.settled(countWaitMs)
      return {}
    },

    getUserFollows: async ({ user_id }) => ({ FollowId: await newestOf(db, followerId, followedId, user_id) }),
    getUserFollowers: async ({ user_id }) => ({ FollowerId: await newestOf(db, followedId, followerId, user_id) }),

    listFollows: (request) =>
      newestPage(db, { table: followTable, owner: followerId, id: followedId, time: createTime }, request),
    listFollowers: (request) =>
      newestPage(db, { table: followTable, owner: followedId, id: followerId, time: createTime }, request),
  }
}

/** Says whether anything changed. */
async function follow(tx: Transaction, { userId, toUserId }: RelationActionInfo): Promise<boolean> {
  await lockUser(tx, userId)
  const [header] = await tx.execute(sql`
    insert ignore into ${followTable} (follower_id, followed_id, create_time)
    select ${userId}, id, ${Date.now()} from ${userTable} where id = ${toUserId}`)
  if ((header as unknown as ResultSetHeader).affectedRows === 0) {
    await requireUser(tx, toUserId)
    return false
  }
  await count(tx, userId, toUserId, 1)
  return true
}

async function unfollow(tx: Transaction, { userId, toUserId }: RelationActionInfo): Promise<boolean> {
  await lockUser(tx, userId)
  const [{ affectedRows }] = await tx.delete(followTable).where(and(eq(followerId, userId), eq(followedId, toUserId)))
  if (affectedRows === 0) {
    await requireUser(tx, toUserId)
    return false
  }
  await count(tx, userId, toUserId, -1)
  return true
}

function count(tx: Transaction, userId: number, toUserId: number, delta: number) {
  return tx.insert(countDeltaTable).values([
    { kind: countKinds.follow, subjectId: userId, delta },
    { kind: countKinds.follower, subjectId: toUserId, delta },
  ])
}

async function newestOf(db: Database, owner: MySqlColumn, id: MySqlColumn, owners: number[]): Promise<number[]> {
  checkIds(owners)
  if (owners.length === 0) return []
  const rows = await db
    .select({ id })
    .from(followTable)
    .where(inArray(owner, owners))
    .orderBy(desc(createTime), desc(id))
    .limit(maxIds)
  return rows.map((row) => row.id as number)
}
