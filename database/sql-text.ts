import { type Column, type SQL, sql } from 'drizzle-orm'

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
