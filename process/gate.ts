import { observeGauge } from '@douyin/telemetry'

export interface GateOptions {
  /** In the metrics. */
  name: string
  /** How many pieces of work run at the same time. */
  concurrency: number
  /** If not everybody may wait for a turn. */
  full?: {
    /** How many may. */
    waiting: number
    /** What is thrown to the one who finds no place. */
    error: () => Error
  }
}

export type Gate = ReturnType<typeof gate>

/** Lets work through in its order, only so much at once. */
export function gate({ name, concurrency, full }: GateOptions) {
  const queue: (() => void)[] = []
  let running = 0
  observeGauge('douyin_queue_running', { of: name }, () => running)
  observeGauge('douyin_queue_waiting', { of: name }, () => queue.length)
  return async function pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < concurrency) running++
    else if (full && queue.length >= full.waiting) throw full.error()
    // Whoever leaves hands over its place, so `running` stays as it is.
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }
}
