import {
  type Attempt,
  contentHash,
  type Database,
  type InsertedRow,
  makeOnce,
  type Transaction,
  transact,
} from '@douyin/database'
import {
  checkKey,
  checkLimit,
  checkText,
  Failure,
  limits,
  type Message,
  type MessageDraft,
  type MessageQuestion,
  newId,
  type User,
} from '@douyin/proto'
import { and, asc, desc, eq, gt, gte, inArray, lt, ne, or, sql } from 'drizzle-orm'
import { conversationTable, idempotencyKeyTable, keyKinds, messageTable, userTable } from './schema.ts'

type Messages = 'sendMessage' | 'listMessages' | 'listInbox' | 'listMessagesSince'

/** Messages between two users. */
export function messages(db: Database): Pick<User, Messages> {
  return {
    async sendMessage(draft) {
      checkText('content', draft.content, limits.message_characters)
      if (draft.from_user_id === draft.to_user_id) throw new Failure('MESSAGE_TO_ONESELF')
      const attempt = attemptOf(draft)
      return transact(db, async (tx) => {
        const sent = await makeOnce(tx, idempotencyKeyTable, attempt, () => send(tx, draft))
        if (!sent) throw new Failure('IDEMPOTENCY_KEY_REUSED', { field: 'send_id' })
        const { from_user_id, to_user_id, content } = draft
        return { id: sent.id, from_user_id, to_user_id, content, create_time: sent.createTime }
      })
    },

    async listMessages(request) {
      const rows = await readMessages(db, request)
      if (rows.length === 0) await requireUsers(db, [request.other_id])
      return { messages: rows.map(message) }
    },

    async listInbox({ viewer_id, after_time, after_id, limit }) {
      const { id, lowId, highId, createTime } = messageTable
      const isOfViewer = or(eq(lowId, viewer_id), eq(highId, viewer_id))
      // Messages of several conversations may have the same ms. The first half is redundant, but MySQL reads an index
      // range only from a plain comparison.
      const isLater =
        after_id > 0
          ? and(gte(createTime, after_time), or(gt(createTime, after_time), gt(id, after_id)))
          : gt(createTime, after_time)
      const rows = await db
        .select()
        .from(messageTable)
        .where(and(isOfViewer, isLater))
        .orderBy(asc(createTime), asc(id))
        .limit(checkLimit(limit))
      return { messages: rows.map(message) }
    },

    async listMessagesSince({ after_id, limit }) {
      const { id } = messageTable
      if (after_id < 0) {
        const [newest] = await db.select({ id }).from(messageTable).orderBy(desc(id)).limit(1)
        return { messages: [], last_id: newest?.id ?? 0 }
      }
      const rows = await db
        .select()
        .from(messageTable)
        .where(gt(id, after_id))
        .orderBy(asc(id))
        .limit(checkLimit(limit))
      return { messages: rows.map(message), last_id: rows.at(-1)?.id ?? after_id }
    },
  }
}

/** The key of a conversation, the same for both directions. */
export function pair(a: number, b: number) {
  return { lowId: Math.min(a, b), highId: Math.max(a, b) }
}

function attemptOf({ from_user_id, to_user_id, content, send_id }: MessageDraft): Attempt | undefined {
  if (!send_id) return undefined
  checkKey('send_id', send_id)
  const hash = contentHash(to_user_id, content)
  return { userId: from_user_id, kind: keyKinds.message, key: send_id, contentHash: hash }
}

/**
 * The conversation's row gives the time and stays locked until the commit. So messages become visible in the order of
 * their times, and a client that polls by time misses none.
 */
async function send(tx: Transaction, { from_user_id, to_user_id, content }: MessageDraft): Promise<InsertedRow> {
  await requireUsers(tx, [from_user_id, to_user_id])
  const key = pair(from_user_id, to_user_id)
  const now = Date.now()
  const unread = { lowUnread: to_user_id === key.lowId ? 1 : 0, highUnread: to_user_id === key.highId ? 1 : 0 }
  const { lastTime, lowUnread, highUnread } = conversationTable
  const [header] = await tx
    .insert(conversationTable)
    .values({ ...key, ...unread, lastTime: now, lastFromId: from_user_id, lastContent: content })
    .onDuplicateKeyUpdate({
      set: {
        lastTime: sql`last_insert_id(greatest(${lastTime} + 1, ${now}))`,
        lastFromId: from_user_id,
        lastContent: content,
        lowUnread: sql`${lowUnread} + ${unread.lowUnread}`,
        highUnread: sql`${highUnread} + ${unread.highUnread}`,
      },
    })
  // The very first message inserts the row, which sets no last_insert_id.
  const createTime = header.insertId || now
  const [{ insertId }] = await tx.insert(messageTable).values({ ...key, fromId: from_user_id, content, createTime })
  return { id: newId(insertId), createTime }
}

async function readMessages(db: Database, request: MessageQuestion) {
  const { viewer_id, other_id, after_time, before_time, to_viewer_only } = request
  const { lowId, highId, fromId, createTime } = messageTable
  const key = pair(viewer_id, other_id)
  const condition = and(
    eq(lowId, key.lowId),
    eq(highId, key.highId),
    after_time > 0 ? gt(createTime, after_time) : undefined,
    before_time > 0 ? lt(createTime, before_time) : undefined,
    to_viewer_only ? ne(fromId, viewer_id) : undefined,
  )
  const order = after_time > 0 ? asc(createTime) : desc(createTime)
  const rows = await db.select().from(messageTable).where(condition).orderBy(order).limit(checkLimit(request.limit))
  return after_time > 0 ? rows : rows.reverse()
}

async function requireUsers(db: Database | Transaction, ids: number[]): Promise<void> {
  const users = await db.select({ id: userTable.id }).from(userTable).where(inArray(userTable.id, ids))
  const missing = ids.find((id) => !users.some((user) => user.id === id))
  if (missing !== undefined) throw new Failure('USER_NOT_FOUND', { id: missing })
}

function message(row: typeof messageTable.$inferSelect): Message {
  const to = row.fromId === row.lowId ? row.highId : row.lowId
  return { id: row.id, from_user_id: row.fromId, to_user_id: to, content: row.content, create_time: row.createTime }
}
