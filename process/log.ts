import { currentContext } from '@douyin/telemetry'
import pino from 'pino'
import { isProduction } from './settings.ts'

export type Log = pino.Logger

/**
 * Logs one JSON object per line on stdout. Log the names of parameters, never their values: a token may be in the
 * query, and redaction does not reach inside a string.
 */
export function createLog(service: string, level: string): Log {
  const options = { level, base: { service }, mixin: contextFields, serializers: { err: withoutValues } }
  // No transport of pino: it needs files that a compiled binary does not have.
  const stdout = pino.destination({ dest: 1, sync: !isProduction, minLength: isProduction ? bufferBytes : 0 })
  // In production lines are buffered, since each request would otherwise cost a system call for its line. The buffer is
  // written every 50 ms and at exit.
  if (isProduction) setInterval(() => stdout.flush(), flushMs).unref()
  process.on('exit', () => stdout.flushSync())
  return pino(options, stdout)
}

const bufferBytes = 8192
const flushMs = 50

/** All lines of one request, or of one batch for several requests, have the same id, in every service. */
function contextFields(): object {
  const context = currentContext()
  return context ? { request_id: context.traceId } : {}
}

/** The message of a failed query, and so its stack, contains the values. Only its text and its cause are logged. */
function withoutValues(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { query, cause, code, name } = error as Error & { query?: string; code?: string }
  const message = query === undefined ? error.message : `query failed: ${query.slice(0, 500)}`
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return { name, code, message, stack, ...(cause ? { cause: withoutValues(cause) } : {}) }
}
