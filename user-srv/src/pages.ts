import type { Database } from '@douyin/database'
import { checkLimit, type IdPage, notFound, type UserPageRequest } from '@douyin/proto'
import { and, desc, eq, lt, lte, or } from 'drizzle-orm'
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
): Promise<IdPage> {
  const { user_id, after } = request
  const limit = checkLimit(request.limit)
  // Both halves, since MySQL reads a range only from the plain comparison.
  const older = after ? and(lte(time, after.time), or(lt(time, after.time), lt(id, after.id))) : undefined
  const rows = (await db
    .select({ id, time })
    .from(table)
    .where(and(eq(owner, user_id), older))
    .orderBy(desc(time), desc(id))
    .limit(limit + 1)) as { id: number; time: number }[]
  if (rows.length === 0) await requireUser(db, user_id)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { id: page.map((row) => row.id), next: rows.length > limit && last ? { time: last.time, id: last.id } : null }
}

async function requireUser(db: Database, id: number): Promise<void> {
  const [user] = await db.select({ id: userTable.id }).from(userTable).where(eq(userTable.id, id))
  if (!user) throw notFound(`no user ${id}`)
}
