import { Column, is, type SQL, sql } from 'drizzle-orm'
import type { MySqlTable } from 'drizzle-orm/mysql-core'
import type { RowDataPacket } from 'mysql2'
import type { Database } from './open.ts'

export interface NewestOptions {
  table: MySqlTable
  owner: Column
  id: Column
  /** Newest first; an index has to lead from the owner through this order to the id. */
  order: SQL
  /** Leaves out rows that do not meet it. */
  only?: SQL
  /** The name of that index, where a planner would choose another one because of `only`. */
  index?: string
  /** Rows of one owner at most. */
  limit: number
}

/** Rows of all owners together at most, so that an answer fits a gRPC message of 4 MB. */
const maxRows = 200_000

/**
 * The newest ids of each owner, read in one statement and from an index alone. Each owner has its own limit, which
 * neither IN nor a window function gives without reading all of an owner's rows.
 */
export async function newestPerOwner(
  db: Database,
  owners: number[],
  { table, owner, id, order, only = sql`true`, index, limit }: NewestOptions,
): Promise<Map<number, number[]>> {
  const found = new Map(owners.map((key) => [key, [] as number[]]))
  if (found.size === 0) return found
  const most = Math.min(limit, Math.ceil(maxRows / found.size))
  // Vitess merges the rows of its shards in an order that it can only make of columns that are selected.
  const sorted = order.queryChunks.filter((chunk) => is(chunk, Column))
  const columns = sql.join([id, ...sorted.filter((column) => column !== id)], sql`, `)
  const from = index ? sql`${table} force index (${sql.identifier(index)})` : table
  const parts = [...found.keys()].map(
    (key) =>
      sql`(select ${key} as owner, ${columns} from ${from} where ${owner} = ${key} and ${only} order by ${order} limit ${most})`,
  )
  const [rows] = await db.execute(sql.join(parts, sql` union all `))
  for (const row of rows as unknown as RowDataPacket[]) found.get(Number(row.owner))?.push(Number(row[id.name]))
  return found
}
