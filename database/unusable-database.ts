import { StartFailure } from '@douyin/process'
import { errorCode } from './driver-error.ts'
import { isOutage } from './outage.ts'

/** The codes of sysexits.h. */
export const exitCodes = { laterVersion: 65, unavailable: 69, busy: 75, settings: 78 }

/** The database cannot be used as it is: one sentence for the operator, and the exit code of the process. */
export class UnusableDatabase extends StartFailure {}

/** Name and network errors: they may go away a moment later, if everything is started at the same time. */
const unresolvedCodes = ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const loginDeniedCodes = ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR']
const databaseDeniedCodes = ['ER_DBACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR']
const tableDeniedCodes = [
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
]

export const isUnreachable = (error: unknown) => isOutage(error) || unresolvedCodes.includes(errorCode(error) ?? '')

/** Turns an error into a sentence for the operator, without any value of the setting. A bug is returned unchanged. */
export function toStartFailure(error: unknown, service: string, waitedMs: number): unknown {
  if (error instanceof StartFailure) return error
  const code = errorCode(error) ?? 'no answer'
  const setting = `${service.toUpperCase()}_DATABASE_URL or DATABASE_URL`
  const startFailure = (sentence: string, exitCode: number) =>
    new UnusableDatabase(sentence, exitCode, { cause: error })
  if (loginDeniedCodes.includes(code))
    return startFailure(
      `the database server does not accept the user or the password of ${setting}`,
      exitCodes.settings,
    )
  if (databaseDeniedCodes.includes(code))
    return startFailure(
      `the database that ${setting} names is not there, or its user may not use it: create it and grant all on it`,
      exitCodes.settings,
    )
  if (tableDeniedCodes.includes(code))
    return startFailure(
      `the user of ${setting} may not do what the tables of ${service}-srv need (${code}): grant all on that database`,
      exitCodes.settings,
    )
  if (isUnreachable(error))
    return startFailure(
      `the database server of ${setting} does not answer${waitedMs > 0 ? ` within ${waitedMs / 1000} s` : ''} (${code})`,
      exitCodes.unavailable,
    )
  if (isFatal(error))
    return startFailure(`the database server of ${setting} refuses the connection (${code})`, exitCodes.settings)
  return error
}

/** mysql2 marks errors that end a connection, such as a server that demands TLS or another authentication method. */
const isFatal = (error: unknown) => error instanceof Error && 'fatal' in error && error.fatal === true
