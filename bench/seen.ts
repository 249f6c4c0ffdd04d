/** The measurements of a load tool in one run; times in ms. */
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

/** The result of a run whose requests all succeeded, from their latencies and the start of the run
 * (performance.now()). */
export function seenOf(latenciesMs: number[], startMs: number): Seen {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return {
    requests: sorted.length,
    seconds: (performance.now() - startMs) / 1000,
    bytes: 0,
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    max: percentile(1),
    status: 0,
    broken: 0,
  }
}
