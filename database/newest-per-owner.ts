import { Column, is, type SQL, sql } from 'drizzle-orm'
import type { MySqlTable } from 'drizzle-orm/mysql-core'
import type { RowDataPacket } from 'mysql2'
import type { Database } from './open.ts'

export interface NewestOptions {
  table: MySqlTable
  owner: Column
  id: Column
  /** Newest first. An index has to start with the owner, then have the columns of this order, then the id. */
  order: SQL
  /** A condition: other rows are left out. */
  only?: SQL
  /** The name of that index, if a planner would choose another one because of `only`. */
  index?: string
  /** Rows of one owner, at most. */
  limit: number
}

/** Rows of all owners together, at most, so that a response fits a gRPC message of 4 MB. */
const maxRows = 200_000

/**
 * The newest ids of each owner, read in one statement and from an index alone. Each owner has its own limit: IN or a
 * window function would read all rows of an owner.
 */
export async function newestPerOwner(
  db: Database,
  owners: number[],
  { table, owner, id, order, only = sql`true`, index, limit }: NewestOptions,
): Promise<Map<number, number[]>> {
  const idsByOwner = new Map(owners.map((ownerId) => [ownerId, [] as number[]]))
  if (idsByOwner.size === 0) return idsByOwner
  const limitPerOwner = Math.min(limit, Math.ceil(maxRows / idsByOwner.size))
  // Vitess can merge the sorted rows of its shards only by columns that are selected.
  const sorted = order.queryChunks.filter((chunk) => is(chunk, Column))
  const columns = sql.join([id, ...sorted.filter((column) => column !== id)], sql`, `)
  const from = index ? sql`${table} force index (${sql.identifier(index)})` : table
  const parts = [...idsByOwner.keys()].map(
    (ownerId) =>
      sql`(select ${ownerId} as owner, ${columns} from ${from} where ${owner} = ${ownerId} and ${only} order by ${order} limit ${limitPerOwner})`,
  )
  const [rows] = await db.execute(sql.join(parts, sql` union all `))
  for (const row of rows as unknown as RowDataPacket[]) idsByOwner.get(Number(row.owner))?.push(Number(row[id.name]))
  return idsByOwner
}
