import { asc, type Column, inArray, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import type { Database } from './open.ts'
import { RowsTaken, transact } from './transact.ts'

type DeltaTable = MySqlTable & { id: MySqlColumn }

const batch = 2000

/**
 * Counts that many people change are kept as rows of +1 and -1, since a row that everybody updates commits once per
 * disk sync. One round takes some of these rows, adds them to the counts by what `add` says and deletes them, all in one
 * transaction: none is lost or added twice, whoever is killed when. Rows that another process holds are passed over; an
 * engine that knows no SKIP LOCKED and says nothing (TiDB) gives them to both, and whoever deletes fewer than it read begins again.
 * Says whether more may be left.
 */
export function foldDeltas<Table extends DeltaTable>(
  db: Database,
  table: Table,
  add: (deltas: Table['$inferSelect'][]) => SQL[],
): Promise<boolean> {
  return transact(db, async (tx) => {
    const found = await tx
      .select()
      .from(table as MySqlTable)
      .orderBy(asc(table.id))
      .limit(batch)
      .for('update', { skipLocked: true })
    const deltas = found as Table['$inferSelect'][]
    if (deltas.length === 0) return false
    for (const statement of add(deltas)) await tx.execute(statement)
    const ids = deltas.map((row) => row.id as number)
    const [{ affectedRows }] = await tx.delete(table as MySqlTable).where(inArray(table.id, ids))
    if (affectedRows !== deltas.length) throw new RowsTaken('another process has folded some of these rows')
    return deltas.length === batch
  })
}

/** The sum of deltas for each key, least key first, so that transactions lock rows in one order. */
export function sumBy<Row extends { delta: number }>(deltas: Row[], key: (row: Row) => number): Map<number, number> {
  const sums = new Map<number, number>()
  for (const row of deltas) sums.set(key(row), (sums.get(key(row)) ?? 0) + row.delta)
  return new Map([...sums].sort(([a], [b]) => a - b))
}

/** `count` plus what `sums` has for the row's `id`: one UPDATE for many rows. */
export function plus(count: Column, id: Column, sums: Map<number, number>): SQL {
  return sql`${count} + ${valueFor(id, sums, sql`0`)}`
}

/** The value that `values` has for the row's `id`. */
export function valueFor(id: Column, values: Map<number, number>, otherwise: SQL): SQL {
  if (values.size === 0) return otherwise
  // As text: drizzle takes longer to build hundreds of parameters than the database to run the statement.
  const cases = [...values].map(([key, value]) => `when ${number(key)} then ${number(value)}`)
  return sql`case ${id} ${sql.raw(cases.join(' '))} else ${otherwise} end`
}

/** `column in (…)`, as text too; of no ids it is false. */
export const isOneOf = (column: Column, ids: Iterable<number>): SQL =>
  sql`${column} in (${sql.raw([...ids].map(number).join(', ') || 'null')})`

/** Columns by their names alone, as INSERT wants them. */
export const namesOf = (columns: Column[]): SQL =>
  sql.join(
    columns.map((column) => sql.identifier(column.name)),
    sql`, `,
  )

/** Rows of whole numbers, to be inserted. */
export const rowsOf = (rows: number[][]): SQL =>
  sql.raw(rows.map((row) => `(${row.map(number).join(', ')})`).join(', '))

/**
 * Rows of whole numbers as a table, to be joined with: each is looked up by itself. `(a = 1 and b = 2) or …` takes the
 * planner longer than the search takes.
 */
export function tableOf(columns: string[], rows: number[][]): SQL {
  const row = (values: number[]) => values.map((value, i) => `${number(value)} as ${columns[i]}`).join(', ')
  return sql.raw(`(${rows.map((values) => `select ${row(values)}`).join(' union all ')})`)
}

/** A whole number as SQL: whatever the types say, nothing else gets into a statement as text. */
function number(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error('not a whole number')
  return String(value)
}
