import { StartFailure } from '@douyin/process'
import { errorCode } from './driver-error.ts'
import { isOutage } from './outage.ts'

/** After sysexits.h. */
export const exitCodes = { laterVersion: 65, unavailable: 69, busy: 75, settings: 78 }

/** The database cannot be used as it is: one sentence for the operator, and the code that the process ends with. */
export class UnusableDatabase extends StartFailure {}

/** Of a server's name; it may be known a moment later, when all are started at the same time. */
const unresolved = ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const mayNotEnter = ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR']
const mayNotUse = ['ER_DBACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR']
const mayNotChange = ['ER_TABLEACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR']

export const isUnreachable = (error: unknown) => isOutage(error) || unresolved.includes(errorCode(error) ?? '')

/** The sentence for what keeps a service from its database, without any value of the setting; a bug stays what it is. */
export function toStartFailure(error: unknown, service: string, waitedMs: number): unknown {
  if (error instanceof StartFailure) return error
  const code = errorCode(error) ?? 'no answer'
  const setting = `${service.toUpperCase()}_DATABASE_URL or DATABASE_URL`
  const because = (sentence: string, exitCode: number) => new UnusableDatabase(sentence, exitCode, { cause: error })
  if (mayNotEnter.includes(code))
    return because(`the database server does not accept the user or the password of ${setting}`, exitCodes.settings)
  if (mayNotUse.includes(code))
    return because(
      `the database that ${setting} names is not there, or its user may not use it: create it and grant all on it`,
      exitCodes.settings,
    )
  if (mayNotChange.includes(code))
    return because(
      `the user of ${setting} may not do what the tables of ${service}-srv need (${code}): grant all on that database`,
      exitCodes.settings,
    )
  if (isUnreachable(error))
    return because(
      `the database server of ${setting} does not answer${waitedMs > 0 ? ` within ${waitedMs / 1000} s` : ''} (${code})`,
      exitCodes.unavailable,
    )
  if (isFatal(error))
    return because(`the database server of ${setting} refuses the connection (${code})`, exitCodes.settings)
  return error
}

/** mysql2 says so of what ends a connection, such as a server that wants TLS or another way to sign in. */
const isFatal = (error: unknown) => error instanceof Error && 'fatal' in error && error.fatal === true
