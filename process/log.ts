import { currentContext } from '@douyin/telemetry'
import pino from 'pino'
import { isProduction } from './config.ts'

export type Log = pino.Logger

/**
 * One JSON object a line on stdout. Log names of parameters, never their values: a token travels in the query, and
 * redaction does not reach inside a string.
 */
export function createLog(service: string, level: string): Log {
  const options = { level, base: { service }, mixin: ofWork, serializers: { err: withoutValues } }
  // No transport: it needs files that a compiled binary does not have.
  const stdout = pino.destination({ dest: 1, sync: !isProduction, minLength: isProduction ? bufferBytes : 0 })
  // In production a line for each request would else be a system call for each; what waits is written soon, and before the end.
  if (isProduction) setInterval(() => stdout.flush(), flushMs).unref()
  process.on('exit', () => stdout.flushSync())
  return pino(options, stdout)
}

const bufferBytes = 8192
const flushMs = 50

/** Of one request, or of one batch for several of them, all lines have one id, in whichever service they are written. */
function ofWork(): object {
  const work = currentContext()
  return work ? { request_id: work.traceId } : {}
}

/** A failed query's message, and so its stack, holds the values it was given: only its text and its cause are kept. */
function withoutValues(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { query, cause, code, name } = error as Error & { query?: string; code?: string }
  const message = query === undefined ? error.message : `query failed: ${query.slice(0, 500)}`
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return { name, code, message, stack, ...(cause ? { cause: withoutValues(cause) } : {}) }
}
