/** So long nothing may come before it is over: a client may be about to use a connection that it has. */
const quietMs = 300
const pollMs = 20

export type RequestDrain = ReturnType<typeof requestDrain>

/** Counts the requests under way, so that a process stops between two of them, not in the middle of one. */
export function requestDrain() {
  let underWay = 0
  let lastMs = 0
  let stopping = false
  return {
    /** What `work` gives at once comes at once: an answer of another turn costs more to send. */
    track(work: () => unknown): unknown {
      underWay++
      const end = () => {
        underWay--
        lastMs = performance.now()
      }
      try {
        const result = work()
        if (result instanceof Promise) return result.finally(end)
        end()
        return result
      } catch (error) {
        end()
        throw error
      }
    },

    /** Then each answer tells its client to come back by another connection. */
    isStopping: () => stopping,

    /**
     * Ends when all that was under way is answered, to the last byte that `sending` counts, and no more comes; after
     * `limitMs` whatever is under way.
     */
    async drain(limitMs: number, sending: () => number): Promise<void> {
      stopping = true
      const begun = performance.now()
      lastMs = begun
      const isOver = () => underWay === 0 && sending() === 0 && performance.now() - lastMs > quietMs
      while (!isOver() && performance.now() - begun < limitMs) await Bun.sleep(pollMs)
    },
  }
}
