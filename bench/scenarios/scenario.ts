import type { Figures, Leg } from '../leg.ts'
import type { World } from '../world.ts'

/** Something that is done, what it is compared with, and how near it should come. */
export interface Scenario {
  name: string
  what: string
  baseline: string
  /** Ours divided by the baseline, at least. */
  goal: number
  connections?: number[]
  open(world: World): Promise<Comparison>
}

export interface Comparison {
  ours: Leg
  baseline: Leg
  /** How ours compares; requests a second by itself. */
  ratio?(ours: Figures, baseline: Figures): number
  /** What else is to be seen beside them, such as a ceiling. */
  beside?: Leg[]
  close(): Promise<void>
}
