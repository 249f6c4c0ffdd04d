import type { Figures, Leg } from '../leg.ts'
import type { World } from '../world.ts'

/** A workload, its baseline, and the ratio to reach. */
export interface Scenario {
  name: string
  what: string
  baseline: string
  /** The least ratio of ours to the baseline. */
  goal: number
  connections?: number[]
  open(world: World): Promise<Comparison>
}

export interface Comparison {
  ours: Leg
  baseline: Leg
  /** The figure to compare; the ratio of requests per second by default. */
  ratio?(ours: Figures, baseline: Figures): number
  /** Further legs to measure and show, such as a ceiling. */
  beside?: Leg[]
  close(): Promise<void>
}
