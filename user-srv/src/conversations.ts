import { type Database, type Transaction, transact } from '@douyin/database'
import { maxIds, type ReadMark, type User } from '@douyin/proto'
import { and, desc, eq, gt, ne, or } from 'drizzle-orm'
import { pair } from './messages.ts'
import { conversationTable, messageTable } from './schema.ts'

/** With whom a user spoke, and what she has read of it. */
export function conversations(db: Database): Pick<User, 'listConversations' | 'markRead'> {
  return {
    async listConversations({ user_id }) {
      const { lowId, highId, lastTime } = conversationTable
      const rows = await db
        .select()
        .from(conversationTable)
        .where(or(eq(lowId, user_id), eq(highId, user_id)))
        .orderBy(desc(lastTime))
        .limit(maxIds)
      return { conversations: rows.map((row) => conversation(row, user_id)) }
    },

    async markRead(mark) {
      await transact(db, (tx) => read(tx, mark))
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

/** Counts anew what is unread behind the mark, under the lock that every new message takes too. */
async function read(tx: Transaction, { viewer_id, other_id, time }: ReadMark): Promise<void> {
  const key = pair(viewer_id, other_id)
  const thisOne = and(eq(conversationTable.lowId, key.lowId), eq(conversationTable.highId, key.highId))
  const [found] = await tx.select().from(conversationTable).where(thisOne).for('update')
  if (!found) return
  const isLow = viewer_id === key.lowId
  const until = Math.min(time, found.lastTime)
  if (until <= (isLow ? found.lowReadTime : found.highReadTime)) return
  const left = and(
    eq(messageTable.lowId, key.lowId),
    eq(messageTable.highId, key.highId),
    gt(messageTable.createTime, until),
    ne(messageTable.fromId, viewer_id),
  )
  const unread = await tx.$count(messageTable, left)
  const set = isLow ? { lowReadTime: until, lowUnread: unread } : { highReadTime: until, highUnread: unread }
  await tx.update(conversationTable).set(set).where(thisOne)
}
