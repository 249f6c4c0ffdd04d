import { type SQL, sql } from 'drizzle-orm'
import { wrongRows } from './audit.ts'
import type { Database } from './open.ts'

/** One number for each key of a table, of keys beyond one, in their order. */
export type Tally = (after: number) => SQL

/** Keys of one tally that are in memory at a time. Some keys lead no index: then each of these steps reads the whole table. */
const keysAtOnce = 50_000

export interface TallyOptions {
  table: SQL
  key: SQL
  /** Of the rows of one key, such as count(*). */
  value: SQL
  only?: SQL
}

/** Asks one table alone, so that the tables of one comparison may lie on different shards. */
export const tally =
  ({ table, key, value, only = sql`true` }: TallyOptions): Tally =>
  (after) =>
    sql`select ${key} as id, ${value} as value from ${table} where ${key} > ${after} and ${only} group by ${key} order by ${key}`

/** Compares tallies key by key, as they are at one moment; `take` gets a number of each, 0 and undefined apart. */
export function compareTallies<Tallies extends Record<string, Tally>>(
  db: Database,
  tallies: Tallies,
  take: (id: number, values: Partial<Record<keyof Tallies, number>>) => void,
  batchSize = keysAtOnce,
): Promise<void> {
  // Changes of keys that are not read yet would be seen by one tally and not by another.
  const asOfNow = { isolationLevel: 'repeatable read', withConsistentSnapshot: true } as const
  return db.transaction(async (tx) => {
    for (let after: number | undefined = Number.MIN_SAFE_INTEGER; after !== undefined; )
      after = await step(tx, tallies, take, after, batchSize)
  }, asOfNow)
}

/** Gives the last key that was compared; undefined where there is none beyond it. */
async function step<Tallies extends Record<string, Tally>>(
  db: Pick<Database, 'execute'>,
  tallies: Tallies,
  take: (id: number, values: Partial<Record<keyof Tallies, number>>) => void,
  after: number,
  batchSize: number,
): Promise<number | undefined> {
  const pages: { name: keyof Tallies; rows: { id: number; value: number }[] }[] = []
  for (const [name, question] of Object.entries(tallies)) {
    const rows = await wrongRows(db, sql`${question(after)} limit ${batchSize}`)
    pages.push({ name, rows: rows.map(({ id, value }) => ({ id: Number(id), value: Number(value) })) })
  }
  // Up to here all that there are have been read.
  const ends = pages.flatMap(({ rows }) => (rows.length === batchSize ? (rows.at(-1)?.id ?? []) : []))
  const until = Math.min(...ends)
  const found = new Map<number, Partial<Record<keyof Tallies, number>>>()
  for (const { name, rows } of pages) {
    for (const { id, value } of rows) {
      if (id > until) break
      const values: Partial<Record<keyof Tallies, number>> = found.get(id) ?? {}
      values[name] = value
      found.set(id, values)
    }
  }
  for (const [id, values] of found) take(id, values)
  return ends.length > 0 ? until : undefined
}
