/** The outcome of one input. */
export interface Outcome {
  /** The problem, if there is one. */
  wrong?: string | undefined
  tookMs: number
  /** A description of the input for the error message. */
  what?: string
}

/** The duration of a call that a service gave up because something that it needs was late. */
export const gaveUpMs = Number.POSITIVE_INFINITY

interface RunOptions {
  count: number
  concurrency: number
  longestMs: number
  runInput(i: number): Promise<Outcome>
  /** A cheap request. Its duration shows how busy the machine is. */
  yardstick?(): Promise<unknown>
}

/** A slow input may take this many durations of the yardstick longer on a busy machine. */
const allowedYardsticks = 20

/** The seed, which FUZZ_SEED sets. It is printed at once, since a run that is killed prints nothing at its end. */
export function fuzzSeed(): number {
  const seed = Number(Bun.env.FUZZ_SEED || Date.now() % 100_000)
  console.log(`FUZZ_SEED=${seed}`)
  return seed
}

/** Runs `count` inputs concurrently, or only input FUZZ_INPUT; returns the problems with the number of their input. */
export async function runInputs({ count, concurrency, longestMs, runInput, yardstick }: RunOptions): Promise<string[]> {
  const only = Bun.env.FUZZ_INPUT
  const inputs = (only === undefined ? Array.from({ length: count }, (_, i) => i) : [Number(only)]).values()
  const wrong: string[] = []
  const late: number[] = []
  const work = async () => {
    for (const i of inputs) {
      const { wrong: problem, tookMs } = await runInput(i)
      if (problem) wrong.push(`input ${i}: ${problem}`)
      else if (tookMs > longestMs) late.push(i)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  // Each slow input runs again, alone: one that is really slow is slow again, without the load of the others.
  for (const i of late) {
    const before = await timeOf(yardstick)
    const { wrong: problem, tookMs, what = '' } = await runInput(i)
    const boundMs = longestMs + allowedYardsticks * (before + (await timeOf(yardstick)))
    if (problem || tookMs > boundMs) wrong.push(`input ${i}: ${problem ?? `${tookMs.toFixed(0)} ms: ${what}`}`)
  }
  return wrong
}

async function timeOf(work: RunOptions['yardstick']): Promise<number> {
  if (!work) return 0
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

/** Throws if there are problems. The error ends with how to reproduce them. */
export function expectNoProblems(wrong: string[], seed: number): void {
  if (wrong.length === 0) return
  const hint = `FUZZ_SEED=${seed} makes them again, FUZZ_INPUT=${/\d+/.exec(wrong[0]!)?.[0]} the first alone`
  throw new Error(`${wrong.length} inputs went wrong:\n${wrong.slice(0, 5).join('\n')}\n${hint}`)
}
