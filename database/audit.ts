import type { SQL } from 'drizzle-orm'
import type { Database } from './open.ts'

/** One inconsistency that an audit found. */
export interface Finding {
  what: string
  where: string
  /** Repairs the inconsistency. Absent if it cannot be repaired. */
  mend?: () => Promise<unknown>
}

/** One consistency check over all rows of a kind. */
export interface Audit {
  what: string
  find(): Promise<Finding[]>
}

/** The rows of a raw statement, with the column names that the statement gives them. */
export async function selectRows(db: Pick<Database, 'execute'>, statement: SQL): Promise<Record<string, unknown>[]> {
  const [rows] = await db.execute(statement)
  return Array.isArray(rows) ? rows.flatMap((row) => (isRow(row) ? [row] : [])) : []
}

const isRow = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
