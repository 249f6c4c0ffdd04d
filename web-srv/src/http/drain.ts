/** Draining ends after this long without a request: a client may be about to send one on an open connection. */
const quietMs = 300
const pollMs = 20

export type RequestDrain = ReturnType<typeof requestDrain>

/** Lets the process stop only when all requests are answered. */
export function requestDrain() {
  let lastAnswerMs = 0
  let stopping = false
  return {
    /** Call it for each response. While stopping, it tells the client to close the connection and open another. */
    noteAnswer(response: Response): void {
      if (!stopping) return
      lastAnswerMs = performance.now()
      response.headers.set('connection', 'close')
    },

    /**
     * Resolves when no request is in flight, and none was answered within the last `quietMs`. Resolves after `limitMs` in
     * any case.
     */
    async drain(limitMs: number, inFlight: () => number): Promise<void> {
      stopping = true
      const startMs = performance.now()
      lastAnswerMs = startMs
      const isDrained = () => inFlight() === 0 && performance.now() - lastAnswerMs > quietMs
      while (!isDrained() && performance.now() - startMs < limitMs) await Bun.sleep(pollMs)
    },
  }
}
