import { observeGauge } from '@douyin/telemetry'

export interface GateOptions {
  /** The label in the metrics. */
  name: string
  /** How many pieces of work run concurrently. */
  concurrency: number
  /** Limits the queue. */
  full?: {
    /** How many pieces of work may wait. */
    waiting: number
    /** The error for work that finds the queue full. */
    error: () => Error
  }
}

export type Gate = ReturnType<typeof gate>

/** Limits concurrency: runs work in the order of the calls, at most `concurrency` at once. */
export function gate({ name, concurrency, full }: GateOptions) {
  const queue: (() => void)[] = []
  let running = 0
  observeGauge('douyin_queue_running', { of: name }, () => running)
  observeGauge('douyin_queue_waiting', { of: name }, () => queue.length)
  return async function pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running < concurrency) running++
    else if (full && queue.length >= full.waiting) throw full.error()
    // Work that ends hands its slot to the next one, so `running` does not change.
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
