import type { Transaction } from '@douyin/database'
import { sql } from 'drizzle-orm'
import type { ResultSetHeader } from 'mysql2'
import { publishClockTable } from './schema.ts'

/** Rows of publish_clock. */
export const clocks = { publish: 1, delete: 2 } as const

/**
 * A time greater than every earlier one on this clock, and at least the system time in ms. The row stays locked until
 * the caller commits, so times become visible in order: no video is published or deleted behind a cursor that a client
 * has.
 */
export async function nextTime(tx: Transaction, clock: number): Promise<number> {
  const now = Date.now()
  const [header] = await tx.execute(sql`
    insert into ${publishClockTable} (id, last_time) values (${clock}, ${now})
    on duplicate key update last_time = last_insert_id(greatest(last_time + 1, ${now}))`)
  // The very first call inserts the row, which sets no last_insert_id.
  return (header as unknown as ResultSetHeader).insertId || now
}

/** Later than any publish time, ms. */
export const endOfTime = Number.MAX_SAFE_INTEGER
