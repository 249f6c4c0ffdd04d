/** What one input came to. */
export interface Outcome {
  /** What went wrong, if anything did. */
  wrong?: string | undefined
  tookMs: number
  /** Of the input, for who reads of it. */
  what?: string
}

/** The time that it takes where a service gave up what it was asked because something that it needs was late. */
export const never = Number.POSITIVE_INFINITY

interface Tries {
  count: number
  concurrency: number
  longestMs: number
  one(i: number): Promise<Outcome>
  /** Does something that takes a moment on a machine that is not busy. */
  yardstick?(): Promise<unknown>
}

/** By how much a busy machine lengthens what takes long, beside what takes a moment. */
const allowance = 20

/** Chance that FUZZ_SEED repeats; said at once, since a run that is killed says nothing at its end. */
export function fuzzSeed(): number {
  const seed = Number(Bun.env.FUZZ_SEED || Date.now() % 100_000)
  console.log(`FUZZ_SEED=${seed}`)
  return seed
}

/** Runs `count` tries, some at once, or FUZZ_INPUT alone, and gives what went wrong, with the number of each input. */
export async function tries({ count, concurrency, longestMs, one, yardstick }: Tries): Promise<string[]> {
  const only = Bun.env.FUZZ_INPUT
  const inputs = (only === undefined ? Array.from({ length: count }, (_, i) => i) : [Number(only)]).values()
  const wrong: string[] = []
  const late: number[] = []
  const work = async () => {
    for (const i of inputs) {
      const { wrong: told, tookMs } = await one(i)
      if (told) wrong.push(`input ${i}: ${told}`)
      else if (tookMs > longestMs) late.push(i)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  // One after the other, each alone: an input that takes long does so again, and what others did is over.
  for (const i of late) {
    const before = await timeOf(yardstick)
    const { wrong: told, tookMs, what = '' } = await one(i)
    const boundMs = longestMs + allowance * (before + (await timeOf(yardstick)))
    if (told || tookMs > boundMs) wrong.push(`input ${i}: ${told ?? `${tookMs.toFixed(0)} ms: ${what}`}`)
  }
  return wrong
}

async function timeOf(work: Tries['yardstick']): Promise<number> {
  if (!work) return 0
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** Fails with how to make these inputs again as its last words. */
export function demandNone(wrong: string[], seed: number): void {
  if (wrong.length === 0) return
  const again = `FUZZ_SEED=${seed} makes them again, FUZZ_INPUT=${/\d+/.exec(wrong[0]!)?.[0]} the first alone`
  throw new Error(`${wrong.length} inputs went wrong:\n${wrong.slice(0, 5).join('\n')}\n${again}`)
}
