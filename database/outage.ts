import { errorCode, errorMessage, errorNumber } from './driver-error.ts'

const outages = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // of a unix socket
  'EPIPE',
  'ETIMEDOUT',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_DEADLOCK', // in every attempt of `retryLost`
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_QUERY_INTERRUPTED',
  'ER_QUERY_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_TRANSACTION_ROLLBACK_DURING_COMMIT', // Group Replication: another node's write won
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
])
/** Error numbers that mysql2 has no name for: those of MariaDB, and those of TiDB during a failover. */
const outageNumbers = new Set([
  1927, // ER_CONNECTION_KILLED
  1969, // ER_STATEMENT_TIMEOUT
  8022, // TiDB: the commit failed and may be retried
  8028, // TiDB: the table was changed meanwhile
  9001, // TiDB: its placement driver is unavailable
  9002, // TiDB: its storage does not answer
  9003, // TiDB: its storage is busy
  9004, // TiDB: locks are being resolved
  9005, // TiDB: a region is unavailable
  9007, // TiDB: another transaction wrote first
])
/**
 * The server accepts no writes at the moment: a failover is in progress, or has happened and this is the old primary.
 */
const readOnly = new Set([
  1047, // ER_UNKNOWN_COM_ERROR: a Galera node that has no quorum
  1290, // ER_OPTION_PREVENTS_STATEMENT: --read-only, --super-read-only
  1792, // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836, // ER_READ_ONLY_MODE
  3100, // ER_RUN_HOOK_ERROR: a Group Replication member without a majority
])
/** Messages of errors that Bun's sockets and mysql2 throw without a code. */
const messagesWithoutCode = /socket|closed state|connection is in|Queue limit/i
/** Errno 1105 covers many errors: contended locks of TiDB, tablets of Vitess during a failover. */
const messagesOfUnknownErrors =
  /lock retry limit|write conflict|timeout|CLUSTER_EVENT|not serving|no healthy tablet|Unavailable/i

/** Is the database unavailable or overloaded? Then the same call may succeed later. */
export function isOutage(error: unknown): boolean {
  const [code, number] = [errorCode(error), errorNumber(error)]
  if (isReadOnly(error) || outageNumbers.has(number)) return true
  if (code === 'ER_UNKNOWN_ERROR') return messagesOfUnknownErrors.test(errorMessage(error))
  if (code !== undefined) return outages.has(code)
  return messagesWithoutCode.test(errorMessage(error))
}

/** Does the server accept no writes at the moment? */
export const isReadOnly = (error: unknown): boolean => readOnly.has(errorNumber(error))
