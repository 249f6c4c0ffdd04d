/** Draining ends after this long without a request: a client may be about to send one on an open connection. */
const quietMs = 300
const pollMs = 20

export type RequestDrain = ReturnType<typeof requestDrain>

/** Counts the requests in flight, so that the process stops only when none is left. */
export function requestDrain() {
  let inFlight = 0
  let lastFinishMs = 0
  let stopping = false
  return {
    /** A synchronous result of `work` stays synchronous: a response of a later event-loop turn costs more to send. */
    track(work: () => unknown): unknown {
      inFlight++
      const finish = () => {
        inFlight--
        lastFinishMs = performance.now()
      }
      try {
        const result = work()
        if (result instanceof Promise) return result.finally(finish)
        finish()
        return result
      } catch (error) {
        finish()
        throw error
      }
    },

    /** While stopping, each response tells its client to close the connection and open another. */
    isStopping: () => stopping,

    /**
     * Resolves when all requests in flight are answered, `sending` reports no unsent response, and none finished within
     * the last `quietMs`. Resolves after `limitMs` in any case.
     */
    async drain(limitMs: number, sending: () => number): Promise<void> {
      stopping = true
      const startMs = performance.now()
      lastFinishMs = startMs
      const isDrained = () => inFlight === 0 && sending() === 0 && performance.now() - lastFinishMs > quietMs
      while (!isDrained() && performance.now() - startMs < limitMs) await Bun.sleep(pollMs)
    },
  }
}
