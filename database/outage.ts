import { errorCode } from './transact.ts'

const outages = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // of a unix socket
  'EPIPE',
  'ETIMEDOUT',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
])
/** What Bun's sockets and mysql2 throw without a code. */
const saidWithoutCode = /socket|closed state|connection is in|Queue limit/i

/** Is the database away or too busy? Then the same call may succeed later. */
export function isOutage(error: unknown): boolean {
  const code = errorCode(error)
  if (code !== undefined) return outages.has(code)
  const { message, cause } = error as { message?: string; cause?: Error }
  return saidWithoutCode.test(cause?.message ?? message ?? '')
}
