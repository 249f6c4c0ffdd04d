import type { Database } from '@douyin/database'
import { checkIds, invalid, isDoing, maxIds, outcomesOf, type RelationActionInfo, type User } from '@douyin/proto'
import { desc, inArray } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { countKinds } from './counts.ts'
import { newestPage } from './pages.ts'
import { changes } from './pairs.ts'
import { followTable } from './schema.ts'

const { followerId, followedId, createTime } = followTable

type Relations =
  | 'relationAction'
  | 'relationActions'
  | 'getUserFollows'
  | 'getUserFollowers'
  | 'listFollows'
  | 'listFollowers'

/** Who follows whom. */
export function relations(db: Database): Pick<User, Relations> {
  const change = changes(db, {
    table: followTable,
    actor: followerId,
    subject: followedId,
    time: createTime,
    counts: { actor: countKinds.follow, subject: countKinds.follower },
    ofUsers: true,
  })

  async function relationAction({ userId, toUserId, actionType }: RelationActionInfo) {
    const doing = isDoing(actionType)
    if (userId === toUserId) throw invalid('you cannot follow yourself')
    const { failure } = await change({ actor: userId, subject: toUserId, doing })
    if (failure) throw failure
    return {}
  }

  return {
    relationAction,

    async relationActions({ actions }) {
      checkIds(actions.map((action) => action.toUserId))
      return { outcomes: await outcomesOf(actions.map(relationAction)) }
    },

    getUserFollows: async ({ user_id }) => ({ FollowId: await newestOf(db, followerId, followedId, user_id) }),
    getUserFollowers: async ({ user_id }) => ({ FollowerId: await newestOf(db, followedId, followerId, user_id) }),

    listFollows: (request) =>
      newestPage(db, { table: followTable, owner: followerId, id: followedId, time: createTime }, request),
    listFollowers: (request) =>
      newestPage(db, { table: followTable, owner: followedId, id: followerId, time: createTime }, request),
  }
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
