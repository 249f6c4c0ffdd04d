import { errorCode, errorMessage, errorNumber } from './driver-error.ts'

const maxAttempts = 4
/** Each attempt waits 2 s for a lock: more of them would outlast the caller. */
const maxLockWaitAttempts = 2
const maxPauseMs = 50

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
