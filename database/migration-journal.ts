import type { Connection, RowDataPacket } from 'mysql2/promise'
import { exitCodes, UnusableDatabase } from './unusable-database.ts'

/** One file of a service's drizzle/ folder. */
export interface Migration {
  tag: string
  sql: string
}

/**
 * `restore` writes this mark before the first table and deletes it after the last one. No service knows its tag, so no
 * service starts on half-loaded tables.
 */
export const restoreMark: Migration = { tag: 'restore', sql: 'do 0' }

export const statementsOf = ({ sql }: Migration) => sql.split('--> statement-breakpoint')

/** The number of recorded statements of each migration, by tag; empty for a database without a journal. */
export async function readJournal(
  connection: Pick<Connection, 'query'>,
  service: string,
): Promise<Map<string, number>> {
  const sql = 'select tag, statements from ??'
  const [rows] = await connection
    .query<RowDataPacket[]>({ sql, values: [`${service}_migration`], timeout: 10_000 })
    .catch((error): [RowDataPacket[]] => {
      if (error.code === 'ER_NO_SUCH_TABLE') return [[]]
      throw error
    })
  return new Map(rows.map((row) => [row.tag, row.statements]))
}

export const isDone = (journal: Map<string, number>, migrations: Migration[]) =>
  migrations.every((migration) => (journal.get(migration.tag) ?? 0) >= statementsOf(migration).length)

/** Rejects tables with an unknown migration: a version that does not know it would read and write them wrongly. */
export function refuseUnknown(journal: Map<string, number>, migrations: Migration[], service: string): void {
  const unknown = [...journal.keys()].filter((tag) => !migrations.some((migration) => migration.tag === tag))
  if (unknown.length === 0) return
  if (unknown.includes(restoreMark.tag))
    throw new UnusableDatabase(
      `the tables of ${service}-srv are being restored, or a restore was broken off: run \`one-box restore\` to its end`,
      exitCodes.busy,
    )
  const newest = migrations.at(-1)?.tag ?? 'none'
  throw new UnusableDatabase(
    `the tables of ${service}-srv are of a later version: they have ${unknown.join(', ')}, and this version knows ` +
      `${newest} at most; start that version or a later one, or restore a backup that this version made`,
    exitCodes.laterVersion,
  )
}
