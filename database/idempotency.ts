import { createHash } from 'node:crypto'
import { type BackgroundLoop, backgroundLoop } from '@douyin/process'
import { and, asc, eq, getTableName, lt, type SQL, sql } from 'drizzle-orm'
import { bigint, index, mysqlTable, primaryKey, tinyint } from 'drizzle-orm/mysql-core'
import { exactText } from './columns.ts'
import type { Database } from './open.ts'
import { namesOf } from './sql-text.ts'
import type { Transaction } from './transact.ts'

/** How long a key is kept, at least. */
const retentionMs = 3 * 24 * 60 * 60 * 1000
const purgeIntervalMs = 5000
const purgeBatchSize = 1000

/**
 * The idempotency keys of one service. A key is inserted in the same transaction as its row, so both are persisted or
 * neither, even if a process is killed. A key holds all that the response needs, as the row itself may be deleted
 * later.
 */
export function idempotencyKeys(name: string) {
  const id = (column: string) => bigint(column, { mode: 'number' }).notNull()
  return mysqlTable(
    name,
    {
      userId: id('user_id'),
      /** The kind of the row: a message and a comment may have the same key. */
      kind: tinyint('kind').notNull(),
      key: exactText('idempotency_key', { bytes: 64 }).notNull(),
      contentHash: exactText('content_hash', { bytes: 64 }).notNull(),
      rowId: id('row_id'),
      createTime: id('create_time'),
    },
    (table) => [
      primaryKey({ columns: [table.userId, table.kind, table.key] }),
      index(`${name}_create_time`).on(table.createTime),
    ],
  )
}

type KeyTable = ReturnType<typeof idempotencyKeys>

/** One call that carries a key. */
export interface Attempt {
  userId: number
  kind: number
  key: string
  /** Distinguishes a retry of the first attempt from other content under the same key. */
  contentHash: string
}

/** The row that the first attempt inserted. */
export interface InsertedRow {
  id: number
  createTime: number
}

/** SHA-256 of the parts of the content, in hex. */
export const contentHash = (...parts: (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/**
 * Returns the row of the first attempt with this key. If there was none, `make` inserts it. Returns undefined if the
 * key was used for other content. If two attempts run at once, one fails with ER_DUP_ENTRY and `transact` runs it
 * again.
 */
export async function makeOnce(
  tx: Transaction,
  table: KeyTable,
  attempt: Attempt | undefined,
  make: () => Promise<InsertedRow>,
): Promise<InsertedRow | undefined> {
  if (!attempt) return make()
  const thisKey = and(eq(table.userId, attempt.userId), eq(table.kind, attempt.kind), eq(table.key, attempt.key))
  const [first] = await tx.select().from(table).where(thisKey)
  if (first) {
    return first.contentHash === attempt.contentHash ? { id: first.rowId, createTime: first.createTime } : undefined
  }
  const inserted = await make()
  await tx.insert(table).values({ ...attempt, rowId: inserted.id, createTime: inserted.createTime })
  return inserted
}

/** For a batch, in the first round trip of `transactInTwoRoundTrips`: reads those of the keys that exist. */
export function findKeys(table: KeyTable, attempts: Attempt[]): SQL {
  const { userId, kind, key } = table
  const tuples = attempts.map((attempt) => [attempt.userId, attempt.kind, attempt.key])
  return sql`select * from ${table} where (${namesOf([userId, kind, key])}) in (${sql.param(tuples)})`
}

/** Parses a row of `findKeys`. */
export function knownKey(row: Record<string, unknown>): Attempt & InsertedRow {
  return {
    userId: Number(row.user_id),
    kind: Number(row.kind),
    key: String(row.idempotency_key),
    contentHash: String(row.content_hash),
    id: Number(row.row_id),
    createTime: Number(row.create_time),
  }
}

/** For a batch, in the second round trip: inserts the key of the row that the previous statement inserted. */
export function insertKey(table: KeyTable, attempt: Attempt, createTime: number): SQL {
  const columns = [table.userId, table.kind, table.key, table.contentHash, table.createTime, table.rowId]
  const { userId, kind, key, contentHash } = attempt
  const row = sql.param([userId, kind, key, contentHash, createTime])
  return sql`insert into ${table} (${namesOf(columns)}) values (${row}, last_insert_id())`
}

/** Deletes keys that are older than three days. */
export function purgeKeys(db: Database, table: KeyTable, onError: (error: unknown) => void): BackgroundLoop {
  const round = async () => {
    const [{ affectedRows }] = await db
      .delete(table)
      .where(lt(table.createTime, Date.now() - retentionMs))
      .orderBy(asc(table.createTime))
      .limit(purgeBatchSize)
    return affectedRows === purgeBatchSize
  }
  return backgroundLoop(round, { name: getTableName(table), intervalMs: purgeIntervalMs, onError })
}
