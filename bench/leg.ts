import { cpuUs, forgetPeak, peakMb, type Watched } from './processes.ts'
import type { Seen } from './seen.ts'

/** One side of a comparison: what is driven, and which processes are watched while it is. */
export interface Leg {
  name: string
  watched: Watched[]
  /** Drives it for so long. */
  drive(seconds: number, connections: number): Promise<Seen>
}

/** What a leg did in one run. */
export interface Figures extends Seen {
  perSecond: number
  cpuUs: Record<string, number>
  peakMb: Record<string, number>
}

export async function measure(leg: Leg, seconds: number, connections: number): Promise<Figures> {
  for (const one of leg.watched) forgetPeak(one)
  const before = leg.watched.map(cpuUs)
  const seen = await leg.drive(seconds, connections)
  const used = leg.watched.map((one, i) => [one.name, (cpuUs(one) - (before[i] ?? 0)) / Math.max(1, seen.requests)])
  const peaks = leg.watched.map((one) => [one.name, peakMb(one)])
  return {
    ...seen,
    perSecond: seen.requests / seen.seconds,
    cpuUs: Object.fromEntries(used),
    peakMb: Object.fromEntries(peaks),
  }
}

export interface Rounds {
  pairs: number
  /** Of each run. */
  seconds: number
  /** How long each side runs before it is measured: what runs seldom is compiled late. */
  warmSeconds: number
}

/** Both sides in turn, so that what the machine does besides falls on both. */
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
