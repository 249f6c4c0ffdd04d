/** What one run of a load tool saw; times in ms. */
export interface Seen {
  requests: number
  seconds: number
  bytes: number
  p50: number
  p95: number
  p99: number
  max: number
  /** Answers that are not HTTP 2xx or 3xx. */
  status: number
  /** Connections and requests without an answer. */
  broken: number
}

/** The same of requests that all were answered well, each after so many ms, since `began`. */
export function seenOf(waited: number[], began: number): Seen {
  const sorted = waited.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return {
    requests: sorted.length,
    seconds: (performance.now() - began) / 1000,
    bytes: 0,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    status: 0,
    broken: 0,
  }
}
