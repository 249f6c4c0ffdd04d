import { type Database, type Transaction, transact } from '@douyin/database'
import { checkLimit, type ReadMark, type User } from '@douyin/proto'
import { and, desc, eq, gt, ne, or, sql } from 'drizzle-orm'
import { olderThan } from './keyset.ts'
import { pair } from './messages.ts'
import { conversationTable, messageTable } from './schema.ts'

/** The conversations of a user, and how far the user has read them. */
export function conversations(db: Database): Pick<User, 'listConversations' | 'markRead'> {
  return {
    async listConversations({ user_id, limit: requestedLimit, after }) {
      const limit = checkLimit(requestedLimit)
      const { lowId, highId, lastTime } = conversationTable
      const rows = await db
        .select()
        .from(conversationTable)
        .where(
          or(
            and(eq(lowId, user_id), olderThan(after, lastTime, highId)),
            and(eq(highId, user_id), olderThan(after, lastTime, lowId)),
          ),
        )
        // One of the two ids is the same in all rows, so the sum orders the rows by the other one.
        .orderBy(desc(lastTime), desc(sql`${lowId} + ${highId}`))
        .limit(limit + 1)
      const page = rows.slice(0, limit).map((row) => conversation(row, user_id))
      const last = page.at(-1)
      return {
        conversations: page,
        next: rows.length > limit && last ? { time: last.last_time, id: last.friend.user_id } : null,
      }
    },

    async markRead(mark) {
      await transact(db, (tx) => applyMark(tx, mark))
      return {}
    },
  }
}

function conversation(row: typeof conversationTable.$inferSelect, viewerId: number) {
  const isLow = row.lowId === viewerId
  const friend = {
    user_id: isLow ? row.highId : row.lowId,
    last_message: row.lastContent,
    viewer_sent_it: row.lastFromId === viewerId,
  }
  return { friend, last_time: row.lastTime, unread_count: isLow ? row.lowUnread : row.highUnread }
}

/** Recounts the unread messages after the mark, under the lock that every new message takes too. */
async function applyMark(tx: Transaction, { viewer_id, other_id, time }: ReadMark): Promise<void> {
  const key = pair(viewer_id, other_id)
  const thisConversation = and(eq(conversationTable.lowId, key.lowId), eq(conversationTable.highId, key.highId))
  const [row] = await tx.select().from(conversationTable).where(thisConversation).for('update')
  if (!row) return
  const isLow = viewer_id === key.lowId
  const until = Math.min(time, row.lastTime)
  if (until <= (isLow ? row.lowReadTime : row.highReadTime)) return
  const isUnread = and(
    eq(messageTable.lowId, key.lowId),
    eq(messageTable.highId, key.highId),
    gt(messageTable.createTime, until),
    ne(messageTable.fromId, viewer_id),
  )
  const unread = await tx.$count(messageTable, isUnread)
  const set = isLow ? { lowReadTime: until, lowUnread: unread } : { highReadTime: until, highUnread: unread }
  await tx.update(conversationTable).set(set).where(thisConversation)
}
