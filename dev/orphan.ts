import { ancestors, isAlive } from './processes.ts'

const everyMs = 500

/**
 * Calls back when what started this run is gone. npx ends its shell and itself on SIGTERM, and tells nobody below;
 * under a plain shell nothing is watched, since a run may outlive that.
 */
export function whenOrphaned(callback: () => void, environment: Record<string, string | undefined>): void {
  if (!environment.npm_lifecycle_event) return
  // bun run; and under npx, which alone tells its version, a shell and npx.
  const above = ancestors(environment.npm_config_npm_version ? 3 : 1)
  const timer = setInterval(() => {
    if (above.every(isAlive)) return
    clearInterval(timer)
    callback()
  }, everyMs)
  timer.unref()
}
