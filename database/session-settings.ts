import type { Engine } from './engine.ts'

/**
 * What a server may have set otherwise for everybody. mysql2 escapes values by backslashes, so NO_BACKSLASH_ESCAPES would let
 * a value end its quotes; a value that does not fit fails; and a statement outside a transaction commits.
 */
export const pinned =
  "set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', session autocommit = 1"

/** Fewer locks than the default level takes; and no request waits long for another's. */
const patience = ['set session transaction isolation level read committed', 'set session innodb_lock_wait_timeout = 2']

/** Later than our own limit, so that it is ours that ends a query whose connection still works. */
const spareMs = 500

/** Sent first on every connection of a pool. `engine`: whose server ends a statement that runs beyond `limitMs`, too. */
export function sessionSettings(limitMs: number, engine?: Engine): string[] {
  return [pinned, ...patience, ...(engine ? [statementLimits[engine](limitMs + spareMs)] : [])]
}

/** MySQL's covers SELECT alone: a write that nobody waits for any more ends by itself, or after 2 s behind a lock. */
const statementLimits: Record<Engine, (ms: number) => string> = {
  mariadb: (ms) => `set session max_statement_time = ${ms / 1000}`,
  mysql: (ms) => `set session max_execution_time = ${ms}`,
}
