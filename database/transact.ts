import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { MySqlTransaction } from 'drizzle-orm/mysql-core'
import type { MySql2PreparedQueryHKT, MySql2QueryResultHKT } from 'drizzle-orm/mysql2'
import { errorCode, errorMessage, errorNumber } from './driver-error.ts'
import type { Database } from './open.ts'

export type Transaction = MySqlTransaction<
  MySql2QueryResultHKT,
  MySql2PreparedQueryHKT,
  Record<string, never>,
  ExtractTablesWithRelations<Record<string, never>>
>

const maxAttempts = 4
/** Each attempt waits 2 s for a lock: more of them would outlast the caller. */
const maxLockWaitAttempts = 2
const maxPauseMs = 50

/** Runs `work` in one transaction. If it lost against another one, it is rolled back as a whole and run again. */
export function transact<Result>(db: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return retryLost(() => db.transaction(work))
}

/** `transaction` must roll back its changes when it fails. */
export async function retryLost<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      if (attempt >= maxAttemptsFor(error)) throw error
      // A random pause keeps transactions from colliding again. A deadlock needs none: the other transaction has won.
      if (errorCode(error) !== 'ER_LOCK_DEADLOCK') await Bun.sleep(Math.random() * maxPauseMs)
    }
  }
}

/** How often a transaction that fails with this error is attempted, the first time included. */
function maxAttemptsFor(error: unknown): number {
  const code = errorCode(error)
  if (code === 'ER_LOCK_WAIT_TIMEOUT') return maxLockWaitAttempts
  return lostCodes.has(code ?? '') || lostNumbers.has(errorNumber(error)) || isRetryLimit(error) ? maxAttempts : 1
}

/** ER_DUP_ENTRY: another transaction has inserted the row meanwhile, and the next run finds it. */
const lostCodes = new Set(['ER_LOCK_DEADLOCK', 'ER_DUP_ENTRY', 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT'])
/** TiDB: the commit failed and may be retried, the table was changed meanwhile, another transaction wrote first. */
const lostNumbers = new Set([8022, 8028, 9007])

/** If too many transactions wait for a row, TiDB fails with an error that has no number of its own. */
const isRetryLimit = (error: unknown) =>
  errorCode(error) === 'ER_UNKNOWN_ERROR' && /lock retry limit/i.test(errorMessage(error))
