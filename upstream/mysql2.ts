import type { Pool, PoolConnection, QueryOptions } from 'mysql2'

export type QueryError = { code?: string; errno?: number }
type Callback = (error: QueryError | null, ...rest: unknown[]) => void
type Query = (options: QueryOptions & { onResult?: Callback }, values?: unknown, callback?: Callback) => unknown

/** Gives every query of a connection a time limit, unless it has one, and calls `onError` before its own callback. */
export function limitEachQuery(connection: PoolConnection, limitMs: number, onError: (error: QueryError) => void) {
  const observed = (callback?: Callback): Callback | undefined =>
    callback &&
    ((error, ...rest) => {
      if (error) onError(error)
      callback(error, ...rest)
    })
  const query = connection.query.bind(connection) as unknown as Query
  connection.query = ((options, values, callback) => {
    options.timeout ??= limitMs
    // A pool passes a command object that already holds its callback.
    options.onResult = observed(options.onResult)
    return query(options, values, observed(callback))
  }) as Query as unknown as PoolConnection['query']
}

/** Limits how long a caller waits for a free connection of the pool. */
export function limitWaiting(pool: Pool, limitMs: number, lateError: () => NodeJS.ErrnoException): void {
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = (callback) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      // With an error there is no connection, which the type does not express.
      callback(lateError(), undefined as unknown as PoolConnection)
    }, limitMs)
    getConnection((error, connection) => {
      clearTimeout(timer)
      if (!isLate) callback(error, connection)
      else if (!error) connection.release()
    })
  }
}

const lists = { open: '_allConnections', free: '_freeConnections', waiting: '_connectionQueue' }

/** For each state, reads how many connections are in it, or how many callers wait for one. Undefined if unknown. */
export function poolSizes(pool: Pool): [state: string, read: () => number | undefined][] {
  return Object.entries(lists).map(([state, name]) => [
    state,
    () => {
      const list: unknown = Reflect.get(pool, name)
      const hasLength = typeof list === 'object' && list !== null && 'length' in list
      return hasLength && typeof list.length === 'number' ? list.length : undefined
    },
  ])
}
