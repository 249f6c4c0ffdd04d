import { limitEachQuery, limitWaiting } from '@douyin/upstream'
import type { Pool, PoolConnection } from 'mysql2'
import type { Engine } from './engine.ts'
import { isReadOnly } from './outage.ts'
import { sessionSettings } from './session-settings.ts'

const queryTimeoutMs = 2500

/**
 * Gives every query of this pool a time limit. At the limit mysql2 only stops waiting, and the connection stays busy
 * with the query; so it is closed, and the pool opens another one when it needs it. The server would not notice that
 * nobody waits: with `engine`, it stops the query by a limit of its own. A connection to a server that became read-only
 * is closed too: the next one may reach the new primary. Waiting for a free connection has the default limit: if the
 * server is frozen, a long queue would never end.
 */
export function limitQueries(pool: Pool, limitMs = queryTimeoutMs, engine?: Engine): void {
  limitWaiting(pool, queryTimeoutMs, timedOut)
  pool.on('connection', (connection: PoolConnection & { stream: { destroy(error: Error): void } }) => {
    // Through the socket, so that the queries queued behind the late one fail too.
    const close = () => connection.stream.destroy(timedOut())
    limitEachQuery(connection, limitMs, (error) => {
      if (error.code === 'PROTOCOL_SEQUENCE_TIMEOUT' || isReadOnly(error)) close()
    })
    for (const sql of sessionSettings(limitMs, engine))
      connection.query({ sql, timeout: queryTimeoutMs }, [], (error) => error && close())
  })
}

const timedOut = () => Object.assign(new Error('a query took too long'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
