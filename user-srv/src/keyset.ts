import type { Database, Transaction } from '@douyin/database'
import { checkLimit, Failure, type IdPage, maxIds, type RowCursor, type UserPageRequest } from '@douyin/proto'
import { and, desc, eq, lt, lte, or, type SQL } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import { userTable } from './schema.ts'

export interface Listed {
  table: MySqlTable
  owner: MySqlColumn
  id: MySqlColumn
  time: MySqlColumn
}

/** One page of the ids that belong to a user, newest first, read from an index on (owner, time, id). */
export async function newestPage(
  db: Database,
  { table, owner, id, time }: Listed,
  request: UserPageRequest,
  maxLimit = maxIds,
): Promise<IdPage> {
  const { user_id, after } = request
  const limit = checkLimit(request.limit, maxIds, maxLimit)
  const rows = (await db
    .select({ id, time })
    .from(table)
    .where(and(eq(owner, user_id), olderThan(after, time, id)))
    .orderBy(desc(time), desc(id))
    .limit(limit + 1)) as { id: number; time: number }[]
  if (rows.length === 0) await requireUser(db, user_id)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { id: page.map((row) => row.id), next: rows.length > limit && last ? { time: last.time, id: last.id } : null }
}

/** The rows after the cursor, in the order of newest time, then greatest id. */
export function olderThan(after: RowCursor | null | undefined, time: MySqlColumn, id: MySqlColumn): SQL | undefined {
  // The first half is redundant, but MySQL reads an index range only from a plain comparison.
  return after ? and(lte(time, after.time), or(lt(time, after.time), lt(id, after.id))) : undefined
}

export async function requireUser(db: Database | Transaction, id: number): Promise<void> {
  const [user] = await db.select({ id: userTable.id }).from(userTable).where(eq(userTable.id, id))
  if (!user) throw new Failure('USER_NOT_FOUND', { id })
}
