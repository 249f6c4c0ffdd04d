import { ancestors, isAlive } from './processes.ts'

const pollMs = 500

/**
 * Calls `callback` when the process that started this run has ended. On SIGTERM npx ends its shell and itself, and does
 * not notify its children. Under a plain shell nothing is watched, since a run may outlive the shell.
 */
export function whenOrphaned(callback: () => void, environment: Record<string, string | undefined>): void {
  if (!environment.npm_lifecycle_event) return
  // The parent is bun run. Under npx, the only one that sets its version, a shell and npx are above it.
  const parents = ancestors(environment.npm_config_npm_version ? 3 : 1)
  const timer = setInterval(() => {
    if (parents.every(isAlive)) return
    clearInterval(timer)
    callback()
  }, pollMs)
  timer.unref()
}
