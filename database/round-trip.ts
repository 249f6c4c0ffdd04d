import { type SQL, sql } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2'
import type { Database } from './open.ts'
import { retryLost } from './transact.ts'

/** What a statement gave. */
export interface StatementResult {
  /** Of a SELECT. */
  rows: RowDataPacket[]
  /** The first id that an INSERT made. */
  insertId: number
}

/** Sends statements in one go; they run in their order, and the first that fails is the last. */
export type Send = (statements: SQL[]) => Promise<StatementResult[]>

export interface RoundTrips {
  /** First, opening the transaction: usually what reads and locks. */
  begin: Send
  /** Last, committing it. */
  commit: Send
}

const dialect = new MySqlDialect()

/** The same without parameters, built once: drizzle takes microseconds for each name in a statement. */
export const prebuilt = (statement: SQL): SQL => sql.raw(dialect.sqlToQuery(statement).sql)

const opening = sql`start transaction`
const closing = sql`commit`

/**
 * One transaction in two exchanges with the server, whatever the number of its statements: between two processes, an exchange
 * costs more than most statements do. One that lost against another is rolled back whole and run again.
 */
export function transactInTwoRoundTrips<Result>(
  db: Database,
  work: (exchange: RoundTrips) => Promise<Result>,
): Promise<Result> {
  return retryLost(async () => {
    const connection = await connectionOf(db)
    try {
      const result = await work({
        begin: async (statements) => (await send(connection, [opening, ...statements])).slice(1),
        commit: async (statements) => (await send(connection, [...statements, closing])).slice(0, -1),
      })
      connection.release()
      return result
    } catch (error) {
      await rollbackAndRelease(connection)
      throw error
    }
  })
}

function connectionOf({ $multiStatementPool }: Database): Promise<PoolConnection> {
  return new Promise((resolve, reject) =>
    $multiStatementPool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
  )
}

/** By the callback of mysql2: its promises take a stack trace for each query. */
function send(connection: PoolConnection, statements: SQL[]): Promise<StatementResult[]> {
  const queries = statements.map((statement) => dialect.sqlToQuery(statement))
  const text = queries.map((query) => query.sql).join(';\n')
  const values = queries.flatMap((query) => query.params)
  return new Promise((resolve, reject) =>
    connection.query({ sql: text }, values, (error, results) => {
      if (error) return reject(error)
      // What one statement alone gave is not in a list.
      const list = statements.length === 1 ? [results] : (results as unknown[])
      resolve(list.map(statementResult))
    }),
  )
}

const statementResult = (result: unknown): StatementResult =>
  Array.isArray(result) ? { rows: result, insertId: 0 } : { rows: [], insertId: (result as ResultSetHeader).insertId }

/** A connection that cannot roll back is closed, which does it too. */
function rollbackAndRelease(connection: PoolConnection): Promise<void> {
  return new Promise((resolve) =>
    connection.query({ sql: 'rollback' }, [], (error) => {
      if (error) connection.destroy()
      else connection.release()
      resolve()
    }),
  )
}
