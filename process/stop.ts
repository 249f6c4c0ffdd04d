import type { Log } from './log.ts'

const limitMs = 9500

/**
 * On SIGTERM or SIGINT runs the steps in their order, then exits 0. Past 9.5 s, under the 10 s that container engines
 * give, it exits 1 instead of being killed in silence.
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

/** A bug outside of any request: told, and the process goes on only where state cannot be wrong. */
export function logUncaught(log: Log): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception')
    process.exit(1)
  })
}
