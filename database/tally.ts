import { type SQL, sql } from 'drizzle-orm'
import { selectRows } from './audit.ts'
import type { Database } from './open.ts'

/** A statement that gives one number for each key of a table, for keys greater than `after`, in ascending order. */
export type Tally = (after: number) => SQL

/** Keys of one tally in memory at a time. If no index starts with the key, each step reads the whole table. */
const keyBatchSize = 50_000

export interface TallyOptions {
  table: SQL
  key: SQL
  /** An aggregate over the rows of one key, such as count(*). */
  value: SQL
  only?: SQL
}

/** Reads one table alone, so that the tables of one comparison may lie on different shards. */
export const tally =
  ({ table, key, value, only = sql`true` }: TallyOptions): Tally =>
  (after) =>
    sql`select ${key} as id, ${value} as value from ${table} where ${key} > ${after} and ${only} group by ${key} order by ${key}`

/** Compares tallies key by key, as of one moment. `visit` gets a number of each; undefined, not 0, if it has no row. */
export function compareTallies<Tallies extends Record<string, Tally>>(
  db: Database,
  tallies: Tallies,
  visit: (id: number, values: Partial<Record<keyof Tallies, number>>) => void,
  batchSize = keyBatchSize,
): Promise<void> {
  // Without a snapshot, one tally would see a change that was committed after another one was read.
  const snapshot = { isolationLevel: 'repeatable read', withConsistentSnapshot: true } as const
  return db.transaction(async (tx) => {
    for (let after: number | undefined = Number.MIN_SAFE_INTEGER; after !== undefined; )
      after = await step(tx, tallies, visit, after, batchSize)
  }, snapshot)
}

/** Returns the last key that was compared; undefined if there are no more. */
async function step<Tallies extends Record<string, Tally>>(
  db: Pick<Database, 'execute'>,
  tallies: Tallies,
  visit: (id: number, values: Partial<Record<keyof Tallies, number>>) => void,
  after: number,
  batchSize: number,
): Promise<number | undefined> {
  const pages: { name: keyof Tallies; rows: { id: number; value: number }[] }[] = []
  for (const [name, statement] of Object.entries(tallies)) {
    const rows = await selectRows(db, sql`${statement(after)} limit ${batchSize}`)
    pages.push({ name, rows: rows.map(({ id, value }) => ({ id: Number(id), value: Number(value) })) })
  }
  // Up to this key every tally is read completely.
  const lastKeys = pages.flatMap(({ rows }) => (rows.length === batchSize ? (rows.at(-1)?.id ?? []) : []))
  const lastComplete = Math.min(...lastKeys)
  const valuesByKey = new Map<number, Partial<Record<keyof Tallies, number>>>()
  for (const { name, rows } of pages) {
    for (const { id, value } of rows) {
      if (id > lastComplete) break
      const values: Partial<Record<keyof Tallies, number>> = valuesByKey.get(id) ?? {}
      values[name] = value
      valuesByKey.set(id, values)
    }
  }
  for (const [id, values] of valuesByKey) visit(id, values)
  return lastKeys.length > 0 ? lastComplete : undefined
}
