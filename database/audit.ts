import type { SQL } from 'drizzle-orm'
import type { Database } from './open.ts'

/** Something that is not as it should be. */
export interface Finding {
  what: string
  where: string
  /** Puts it right; without it nobody can. */
  mend?: () => Promise<unknown>
}

/** One look at all of something. */
export interface Audit {
  what: string
  find(): Promise<Finding[]>
}

/** The rows of a question that names its columns itself. */
export async function wrongRows(db: Pick<Database, 'execute'>, question: SQL): Promise<Record<string, unknown>[]> {
  const [rows] = await db.execute(question)
  return Array.isArray(rows) ? rows.flatMap((row) => (isRow(row) ? [row] : [])) : []
}

const isRow = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
