import type { Pool, PoolConnection, QueryOptions } from 'mysql2'
import type { Engine } from './engine.ts'
import { isReadOnly } from './outage.ts'
import { sessionSettings } from './session-settings.ts'

const queryTimeoutMs = 2500

type Callback = (error: { code?: string; errno?: number } | null, ...rest: unknown[]) => void
type Query = (options: QueryOptions & { onResult?: Callback }, values?: unknown, callback?: Callback) => unknown

/**
 * Gives every query of this pool a time limit. At the limit mysql2 only stops waiting, and the connection stays busy
 * with the query; so it is closed, and the pool opens another one when it needs it. The server would not notice that
 * nobody waits: with `engine`, it stops the query by a limit of its own. A connection to a server that became read-only
 * is closed too: the next one may reach the new primary.
 */
export function limitQueries(pool: Pool, limitMs = queryTimeoutMs, engine?: Engine): void {
  limitWaiting(pool)
  pool.on('connection', (connection: PoolConnection & { stream: { destroy(error: Error): void } }) => {
    // Through the socket, so that the queries queued behind the late one fail too.
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
      // A pool passes a command object that already holds its callback.
      options.onResult = guarded(options.onResult)
      return query(options, values, guarded(callback))
    }) as Query as unknown as PoolConnection['query']
    for (const sql of sessionSettings(limitMs, engine))
      query({ sql, timeout: queryTimeoutMs }, [], (error) => error && close())
  })
}

/** Waiting for a free connection has the same limit: if the server is frozen, a long queue would never end. */
function limitWaiting(pool: Pool): void {
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = (callback) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      // With an error there is no connection, which the type does not express.
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
