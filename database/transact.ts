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

const attempts = 4
/** A lock was waited for 2 s each time: more repeats would outlast the caller. */
const lockWaits = 2
const longestPauseMs = 50

/** Runs `work` in one transaction; one that lost against another is rolled back whole, so it is simply run again. */
export function transact<Result>(db: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return retryLost(() => db.transaction(work))
}

/** `transaction` rolls back what it did when it fails. */
export async function retryLost<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      if (attempt >= attemptsOf(error)) throw error
      // Two that lost against each other do not meet again.
      if (errorCode(error) !== 'ER_LOCK_DEADLOCK') await Bun.sleep(Math.random() * longestPauseMs)
    }
  }
}

/** How often a transaction is begun in all that ends like this. */
function attemptsOf(error: unknown): number {
  const code = errorCode(error)
  if (code === 'ER_LOCK_WAIT_TIMEOUT') return lockWaits
  return lost.has(code ?? '') || lostNumbers.has(errorNumber(error)) || isRetryLimit(error) ? attempts : 1
}

/** ER_DUP_ENTRY: another transaction has inserted the row meanwhile, and the next run finds it. */
const lost = new Set(['ER_LOCK_DEADLOCK', 'ER_DUP_ENTRY', 'ER_TRANSACTION_ROLLBACK_DURING_COMMIT'])
/** TiDB's: the commit failed and may be tried again, the table was changed meanwhile, another transaction wrote first. */
const lostNumbers = new Set([8022, 8028, 9007])

/** TiDB gives up a row that many wait for by an error that has no number of its own. */
const isRetryLimit = (error: unknown) =>
  errorCode(error) === 'ER_UNKNOWN_ERROR' && /lock retry limit/i.test(errorMessage(error))
