import { cpuUs, peakMb, resetPeak, type Watched } from './processes.ts'
import type { Seen } from './seen.ts'

/** One side of a comparison: the load to run, and the processes whose CPU time and memory are measured meanwhile. */
export interface Leg {
  name: string
  watched: Watched[]
  /** Runs the load for this many seconds. */
  drive(seconds: number, connections: number): Promise<Seen>
}

/** The result of one run of a leg. */
export interface Figures extends Seen {
  /** Requests per second. */
  perSecond: number
  /** CPU time per request, by process name. */
  cpuUs: Record<string, number>
  /** Peak resident memory in MiB, by process name. */
  peakMb: Record<string, number>
}

export async function measure(leg: Leg, seconds: number, connections: number): Promise<Figures> {
  for (const watched of leg.watched) resetPeak(watched)
  const before = leg.watched.map(cpuUs)
  const seen = await leg.drive(seconds, connections)
  const used = leg.watched.map((watched, i) => [
    watched.name,
    (cpuUs(watched) - (before[i] ?? 0)) / Math.max(1, seen.requests),
  ])
  const peaks = leg.watched.map((watched) => [watched.name, peakMb(watched)])
  return {
    ...seen,
    perSecond: seen.requests / seen.seconds,
    cpuUs: Object.fromEntries(used),
    peakMb: Object.fromEntries(peaks),
  }
}

export interface Rounds {
  pairs: number
  /** The length of each run. */
  seconds: number
  /** How long each side runs before it is measured: the JIT compiles rarely executed code late. */
  warmSeconds: number
}

/** Runs both sides alternately, so that other load on the machine affects both. */
export async function compare(ours: Leg, baseline: Leg, { pairs, seconds, warmSeconds }: Rounds, connections: number) {
  if (warmSeconds > 0) for (const leg of [baseline, ours]) await leg.drive(warmSeconds, connections)
  const runs: { ours: Figures; baseline: Figures }[] = []
  for (let pair = 0; pair < pairs; pair++) {
    runs.push({
      baseline: await measure(baseline, seconds, connections),
      ours: await measure(ours, seconds, connections),
    })
  }
  return runs
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
