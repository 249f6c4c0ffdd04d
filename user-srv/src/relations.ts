import { type Database, isOneOf } from '@douyin/database'
import {
  checkIds,
  Failure,
  maxFollowsInFeed,
  maxIds,
  outcomeOf,
  parseActionType,
  type RelationActionInfo,
  type User,
} from '@douyin/proto'
import { desc } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { edgeToggles, type Toggle } from './edge-toggles.ts'
import { newestPage } from './keyset.ts'
import { followTable } from './schema.ts'

const { followerId, followedId, createTime } = followTable

type Relations =
  | 'relationAction'
  | 'relationActions'
  | 'getUserFollows'
  | 'getUserFollowers'
  | 'listFollows'
  | 'listFollowers'

/** Follows between users. */
export function relations(db: Database): Pick<User, Relations> {
  const apply = edgeToggles(db, {
    table: followTable,
    caller: followerId,
    target: followedId,
    time: createTime,
    counts: { caller: 'follow', target: 'follower' },
  })

  async function act(actions: RelationActionInfo[]): Promise<(Failure | undefined)[]> {
    const toggles = actions.map(({ userId, toUserId, actionType }) => ({
      caller: userId,
      target: toUserId,
      on: parseActionType(actionType),
    }))
    const isOfSelf = ({ caller, target }: Toggle) => caller === target
    const { failures } = await apply({ toggles: toggles.filter((toggle) => !isOfSelf(toggle)) })
    return toggles.map((toggle) => (isOfSelf(toggle) ? new Failure('FOLLOWING_ONESELF') : failures.get(toggle)))
  }

  return {
    async relationAction(request) {
      const [failure] = await act([request])
      if (failure) throw failure
      return {}
    },

    async relationActions({ actions }) {
      checkIds(actions.map((action) => action.toUserId))
      return { outcomes: (await act(actions)).map(outcomeOf) }
    },

    getUserFollows: async ({ user_id }) => ({ FollowId: await newestOf(db, followerId, followedId, user_id) }),
    getUserFollowers: async ({ user_id }) => ({ FollowerId: await newestOf(db, followedId, followerId, user_id) }),

    listFollows: (request) =>
      newestPage(
        db,
        { table: followTable, owner: followerId, id: followedId, time: createTime },
        request,
        maxFollowsInFeed,
      ),
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
    .where(isOneOf(owner, owners))
    .orderBy(desc(createTime), desc(id))
    .limit(maxIds)
  return rows.map((row) => row.id as number)
}
