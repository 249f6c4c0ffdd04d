import pino from 'pino'

export type Log = pino.Logger

/**
 * One JSON object a line on stdout. Log names of parameters, never their values: a token travels in the query, and
 * redaction does not reach inside a string.
 */
export function createLog(service: string, level: string): Log {
  const options = { level, base: { service }, serializers: { err: withoutValues } }
  // No transport: it needs files that a compiled binary does not have.
  return pino(options, pino.destination({ dest: 1, sync: true }))
}

/** A failed query's message, and so its stack, holds the values it was given: only its text and its cause are kept. */
function withoutValues(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { query, cause, code, name } = error as Error & { query?: string; code?: string }
  const message = query === undefined ? error.message : `query failed: ${query.slice(0, 500)}`
  const stack = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return { name, code, message, stack, ...(cause ? { cause: withoutValues(cause) } : {}) }
}
