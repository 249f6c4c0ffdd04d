import { type Database, isOneOf } from '@douyin/database'
import {
  checkIds,
  type Failure,
  invalid,
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
import { countKinds } from './like-count-outbox.ts'
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
  const change = edgeToggles(db, {
    table: followTable,
    actor: followerId,
    subject: followedId,
    time: createTime,
    counts: { actor: countKinds.follow, subject: countKinds.follower },
  })

  async function act(actions: RelationActionInfo[]): Promise<(Failure | undefined)[]> {
    const asked = actions.map(({ userId, toUserId, actionType }) => ({
      actor: userId,
      subject: toUserId,
      on: parseActionType(actionType),
    }))
    const ofSelf = ({ actor, subject }: Toggle) => actor === subject
    const { failures } = await change({ changes: asked.filter((one) => !ofSelf(one)) })
    return asked.map((one) => (ofSelf(one) ? invalid('you cannot follow yourself') : failures.get(one)))
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
