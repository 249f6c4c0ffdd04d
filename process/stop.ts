import type { Log } from './log.ts'

const limitMs = 9500

/**
 * On SIGTERM or SIGINT, runs the steps in order, then exits 0. After 9.5 s it logs an error and exits 1, since
 * container engines kill a process after 10 s, without a log line.
 */
export function stopOnSignal(log: Log, ...steps: (() => Promise<unknown> | unknown)[]): void {
  let stopping = false
  const stop = async (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error({}, 'stopping took too long')
      process.exit(1)
    }, limitMs).unref()
    for (const step of steps) await step()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** Logs a bug outside any request. The process continues only if its state cannot be wrong: after a rejection. */
export function logUncaught(log: Log): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception')
    process.exit(1)
  })
}
