import { unavailable } from '@douyin/proto'

export type Queue = <T>(work: () => Promise<T>) => Promise<T>

/** Runs `workers` pieces of work at once, the others in the order they came; beyond `maxWaiting` it is unavailable. */
export function queue(workers: number, maxWaiting: number): Queue {
  const waiting: (() => void)[] = []
  let running = 0

  return async (work) => {
    if (running < workers) running++
    else if (waiting.length >= maxWaiting) throw unavailable('too many videos are being handled now, try again later')
    // Who leaves hands its place to the next in line, so that no newcomer slips in between.
    else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
