import type { Engine } from './engine.ts'

/**
 * Settings that a server may default to other values. mysql2 escapes values with backslashes, so NO_BACKSLASH_ESCAPES
 * would let a value end its quotes. A value that does not fit is rejected. A statement outside a transaction commits.
 */
export const pinned =
  "set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', session autocommit = 1"

/** This level takes fewer locks than the default one, and no request waits long for the lock of another. */
const lockSettings = [
  'set session transaction isolation level read committed',
  'set session innodb_lock_wait_timeout = 2',
]

/** The server's limit is later than ours, so that ours stops a query whose connection still works. */
const marginMs = 500

/** Sent first on every connection of a pool. With `engine`, the server too stops a statement that exceeds `limitMs`. */
export function sessionSettings(limitMs: number, engine?: Engine): string[] {
  return [pinned, ...lockSettings, ...(engine ? [statementLimits[engine](limitMs + marginMs)] : [])]
}

/** MySQL's limit covers SELECT alone: an abandoned write ends by itself, or after 2 s of waiting for a lock. */
const statementLimits: Record<Engine, (ms: number) => string> = {
  mariadb: (ms) => `set session max_statement_time = ${ms / 1000}`,
  mysql: (ms) => `set session max_execution_time = ${ms}`,
}
