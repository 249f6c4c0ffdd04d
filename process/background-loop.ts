import { observeGauge } from '@douyin/telemetry'

export interface BackgroundLoop {
  /** Starts the next round at once, or right after the one that runs. A pause after a failure is not shortened. */
  wake(): void
  /** Resolves after the round that runs. */
  stop(): Promise<void>
}

export interface BackgroundLoopOptions {
  /** The label in the metrics. */
  name: string
  /** The pause between two rounds, and after a round that failed. */
  intervalMs: number
  /** Called with the first failure after a success, so that an outage is logged once. */
  onError(error: unknown): void
}

/** Runs `round` again and again, never two at once. After a round that returns `true` the next one starts at once. */
export function backgroundLoop(
  round: () => Promise<boolean>,
  { name, intervalMs, onError }: BackgroundLoopOptions,
): BackgroundLoop {
  let awake = false
  let stopped = false
  let failing = false
  let endPause = () => {}
  let succeededAt = performance.now()
  const unwatch = observeGauge(
    'douyin_background_loop_lag_seconds',
    { of: name },
    () => (performance.now() - succeededAt) / 1000,
  )
  const running = run()

  async function run() {
    while (!stopped) {
      awake = false
      try {
        awake = (await round()) || awake
        failing = false
        succeededAt = performance.now()
      } catch (error) {
        if (!failing) onError(error)
        failing = true
        awake = false
      }
      if (!awake && !stopped) await pause()
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    wake() {
      awake = true
      if (!failing) endPause()
    },
    async stop() {
      stopped = true
      unwatch()
      endPause()
      await running
    },
  }
}
