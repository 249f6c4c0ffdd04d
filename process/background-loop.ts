import { observeGauge } from '@douyin/telemetry'

export interface BackgroundLoop {
  /** There is something to do: the next round begins at once, or right after the one that runs. */
  wake(): void
  /** Resolves when a round that began after this call has succeeded, or after `limitMs`, whichever is first. */
  afterNextRun(limitMs: number): Promise<void>
  /** Ends after the round that runs. */
  stop(): Promise<void>
}

export interface BackgroundLoopOptions {
  /** In the metrics. */
  name: string
  /** A round runs at least this often, for what another process left undone; and the pause after a round that failed. */
  intervalMs: number
  /** The first failure after a success: an outage is told once. */
  onError(error: unknown): void
}

/** Runs `round` again and again, never twice at once. A round that says `true` has left work for the next one. */
export function backgroundLoop(
  round: () => Promise<boolean>,
  { name, intervalMs, onError }: BackgroundLoopOptions,
): BackgroundLoop {
  const waiting = new Set<() => void>()
  let awake = false
  let stopped = false
  let failing = false
  let wakeUp = () => {}
  let succeededAt = performance.now()
  const unwatch = observeGauge('douyin_fold_lag_seconds', { of: name }, () => (performance.now() - succeededAt) / 1000)
  const running = run()

  async function run() {
    while (!stopped) {
      awake = false
      const served = [...waiting]
      try {
        awake = (await round()) || awake
        failing = false
        succeededAt = performance.now()
        for (const done of served) done()
      } catch (error) {
        if (!failing) onError(error)
        failing = true
        await Bun.sleep(intervalMs)
      }
      if (!awake && !stopped) await pause()
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function wake() {
    awake = true
    wakeUp()
  }

  return {
    wake,
    afterNextRun(limitMs) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = () => {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, limitMs)
      waiting.add(done)
      wake()
      return promise
    },
    async stop() {
      stopped = true
      unwatch()
      wakeUp()
      await running
    },
  }
}
