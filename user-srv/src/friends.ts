import type { Database } from '@douyin/database'
import { checkLimit, type Friend, type FriendPageRequest, type User } from '@douyin/proto'
import { and, desc, eq, inArray, or } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import { olderThan, requireUser } from './keyset.ts'
import { conversationTable, followTable } from './schema.ts'

/** Users who follow each other. */
export function friends(db: Database): Pick<User, 'listFriends'> {
  return {
    async listFriends(request) {
      const limit = checkLimit(request.limit)
      const rows = await mutualFollows(db, request, limit + 1)
      if (rows.length === 0) await requireUser(db, request.user_id)
      const page = rows.slice(0, limit)
      const lastMessageOf = await lastMessages(
        db,
        request.viewer_id,
        page.map((row) => row.id),
      )
      const last = page.at(-1)
      return {
        friends: page.map(
          ({ id }) => lastMessageOf.get(id) ?? { user_id: id, last_message: '', viewer_sent_it: false },
        ),
        next: rows.length > limit && last ? { time: last.time, id: last.id } : null,
      }
    },
  }
}

/** The users that the user follows and that follow back, newest first. */
function mutualFollows(db: Database, { user_id, after }: FriendPageRequest, limit: number) {
  const { followerId, followedId, createTime } = followTable
  const back = alias(followTable, 'back')
  return db
    .select({ id: followedId, time: createTime })
    .from(followTable)
    .innerJoin(back, and(eq(back.followerId, followedId), eq(back.followedId, followerId)))
    .where(and(eq(followerId, user_id), olderThan(after, createTime, followedId)))
    .orderBy(desc(createTime), desc(followedId))
    .limit(limit)
}

/** The last message between the viewer and each of the others, by their ids; never a message between others. */
async function lastMessages(db: Database, viewerId: number, others: number[]): Promise<Map<number, Friend>> {
  if (others.length === 0 || viewerId === 0) return new Map()
  const { lowId, highId, lastFromId, lastContent } = conversationTable
  const rows = await db
    .select({ lowId, highId, lastFromId, lastContent })
    .from(conversationTable)
    .where(or(and(eq(lowId, viewerId), inArray(highId, others)), and(eq(highId, viewerId), inArray(lowId, others))))
  return new Map(
    rows.map((row) => {
      const friendId = row.lowId === viewerId ? row.highId : row.lowId
      return [
        friendId,
        { user_id: friendId, last_message: row.lastContent, viewer_sent_it: row.lastFromId === viewerId },
      ]
    }),
  )
}
