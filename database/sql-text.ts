import { type Column, type SQL, sql } from 'drizzle-orm'

/** The sum of deltas for each key, in ascending order of keys, so that all transactions lock rows in the same order. */
export function sumBy<Row extends { delta: number }>(deltas: Row[], key: (row: Row) => number): Map<number, number> {
  const sums = new Map<number, number>()
  for (const row of deltas) sums.set(key(row), (sums.get(key(row)) ?? 0) + row.delta)
  return new Map([...sums].sort(([a], [b]) => a - b))
}

/** `count` plus the sum for the row's `id`: one UPDATE changes many rows. */
export function plus(count: Column, id: Column, sums: Map<number, number>): SQL {
  return sql`${count} + ${valueFor(id, sums, sql`0`)}`
}

/** The value for the row's `id`, or `otherwise`. */
export function valueFor(id: Column, values: Map<number, number>, otherwise: SQL): SQL {
  if (values.size === 0) return otherwise
  // As text, because drizzle takes longer to build hundreds of parameters than the database to run the statement.
  const cases = [...values].map(([key, value]) => `when ${number(key)} then ${number(value)}`)
  return sql`case ${id} ${sql.raw(cases.join(' '))} else ${otherwise} end`
}

/** `column in (…)`, also as text. Without ids it is false. */
export const isOneOf = (column: Column, ids: Iterable<number>): SQL =>
  sql`${column} in (${sql.raw([...ids].map(number).join(', ') || 'null')})`

/** The names of columns without their table, as INSERT needs them. */
export const namesOf = (columns: Column[]): SQL =>
  sql.join(
    columns.map((column) => sql.identifier(column.name)),
    sql`, `,
  )

/** Rows of whole numbers for an INSERT. */
export const rowsOf = (rows: number[][]): SQL =>
  sql.raw(rows.map((row) => `(${row.map(number).join(', ')})`).join(', '))

/**
 * Rows of whole numbers as a derived table for a join, so that each row is looked up by its key. For
 * `(a = 1 and b = 2) or …` planning takes longer than the search.
 */
export function tableOf(columns: string[], rows: number[][]): SQL {
  const row = (values: number[]) => values.map((value, i) => `${number(value)} as ${columns[i]}`).join(', ')
  return sql.raw(`(${rows.map((values) => `select ${row(values)}`).join(' union all ')})`)
}

/** A whole number as SQL. It checks at run time, so that nothing else gets into a statement as text. */
function number(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error('not a whole number')
  return String(value)
}
