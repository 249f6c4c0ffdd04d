import type { Pool, PoolConnection, QueryOptions } from 'mysql2'
import type { Engine } from './engine.ts'
import { isReadOnly } from './outage.ts'
import { sessionSettings } from './session-settings.ts'

const queryTimeoutMs = 2500

type Callback = (error: { code?: string; errno?: number } | null, ...rest: unknown[]) => void
type Query = (options: QueryOptions & { onResult?: Callback }, values?: unknown, callback?: Callback) => unknown

/**
 * Gives every query of this pool a time limit. mysql2 only stops waiting at the limit; the connection would still be
 * busy with the query, so it is closed and the pool opens another when one is needed. The server ends the query by a limit of its
 * own, which `engine` names: it would not notice that nobody waits. A server that became read-only is left, too: the next
 * connection may reach the one that took over.
 */
export function limitQueries(pool: Pool, limitMs = queryTimeoutMs, engine?: Engine): void {
  limitWaiting(pool)
  pool.on('connection', (connection: PoolConnection & { stream: { destroy(error: Error): void } }) => {
    // Through the socket, so that the queries which wait behind the late one are told too.
    const close = () => connection.stream.destroy(timedOut())
    const guarded = (callback?: Callback): Callback | undefined =>
      callback &&
      ((error, ...rest) => {
        if (error && (error.code === 'PROTOCOL_SEQUENCE_TIMEOUT' || isReadOnly(error))) close()
        callback(error, ...rest)
      })
    const query = connection.query.bind(connection) as unknown as Query
    connection.query = ((options, values, callback) => {
      options.timeout ??= limitMs
      // A pool hands over a command that is already made, with its callback inside.
      options.onResult = guarded(options.onResult)
      return query(options, values, guarded(callback))
    }) as Query as unknown as PoolConnection['query']
    for (const sql of sessionSettings(limitMs, engine))
      query({ sql, timeout: queryTimeoutMs }, [], (error) => error && close())
  })
}

/** Waiting for a free connection has the same limit: behind a crowd, in front of a frozen server, it would not end. */
function limitWaiting(pool: Pool): void {
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = (callback) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      // An error comes without a connection, which the type does not say.
      callback(timedOut(), undefined as unknown as PoolConnection)
    }, queryTimeoutMs)
    getConnection((error, connection) => {
      clearTimeout(timer)
      if (!isLate) callback(error, connection)
      else if (!error) connection.release()
    })
  }
}

const timedOut = () => Object.assign(new Error('a query took too long'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
