import { type SQL, sql } from 'drizzle-orm'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2'
import type { Database } from './open.ts'
import { retryLost } from './retry-lost.ts'

/** The result of one statement. */
export interface StatementResult {
  /** The rows of a SELECT. */
  rows: RowDataPacket[]
  /** The first id that an INSERT generated. */
  insertId: number
}

/** Sends statements in one round trip. They run in order, and none runs after one that fails. */
export type Send = (statements: SQL[]) => Promise<StatementResult[]>

export interface RoundTrips {
  /** The first round trip, which opens the transaction: usually the statements that read and lock. */
  begin: Send
  /** The last round trip, which commits the transaction. */
  commit: Send
}

const dialect = new MySqlDialect()

/** The same statement, built once: drizzle takes microseconds for each name. It must not have parameters. */
export const prebuilt = (statement: SQL): SQL => sql.raw(dialect.sqlToQuery(statement).sql)

const startTransaction = sql`start transaction`
const commitTransaction = sql`commit`

/**
 * One transaction in two round trips to the server, whatever the number of its statements: between two processes, a
 * round trip costs more than most statements. A transaction that lost against another one is rolled back as a whole and
 * run again.
 */
export function transactInTwoRoundTrips<Result>(
  db: Database,
  work: (roundTrips: RoundTrips) => Promise<Result>,
): Promise<Result> {
  return retryLost(async () => {
    const connection = await connectionOf(db)
    try {
      const result = await work({
        begin: async (statements) => (await send(connection, [startTransaction, ...statements])).slice(1),
        commit: async (statements) => (await send(connection, [...statements, commitTransaction])).slice(0, -1),
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

/** Uses the callbacks of mysql2: its promises take a stack trace for each query. */
function send(connection: PoolConnection, statements: SQL[]): Promise<StatementResult[]> {
  const queries = statements.map((statement) => dialect.sqlToQuery(statement))
  const text = queries.map((query) => query.sql).join(';\n')
  const values = queries.flatMap((query) => query.params)
  return new Promise((resolve, reject) =>
    connection.query({ sql: text }, values, (error, results) => {
      if (error) return reject(error)
      // mysql2 gives the result of a single statement without a list around it.
      const list = statements.length === 1 ? [results] : (results as unknown[])
      resolve(list.map(statementResult))
    }),
  )
}

const statementResult = (result: unknown): StatementResult =>
  Array.isArray(result) ? { rows: result, insertId: 0 } : { rows: [], insertId: (result as ResultSetHeader).insertId }

/** If the rollback fails, the connection is closed, which rolls back too. */
function rollbackAndRelease(connection: PoolConnection): Promise<void> {
  return new Promise((resolve) =>
    connection.query({ sql: 'rollback' }, [], (error) => {
      if (error) connection.destroy()
      else connection.release()
      resolve()
    }),
  )
}
