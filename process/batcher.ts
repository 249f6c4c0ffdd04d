import { currentContext, runInBatchContext } from '@douyin/telemetry'

export interface BatcherOptions<Item> {
  /** How many lots are under way at the same time. */
  concurrency: number
  /** How much goes into one lot. */
  maxBatchSize: number
  /** How much of that one takes; 1 if not given. */
  weight?: (ask: Item) => number
}

/** A lot that takes longer is stuck: nobody waits behind it, or a question would take twice as long as a call may. */
const stuckMs = 500

/** The longest pause between two lots. */
const maxPauseMs = 10

/**
 * Asks for many at once: what comes while lots are under way waits, and goes together in the next one. So a crowd costs
 * little more than one, and no answer is older than its question. A lot does not begin on the heels of another that is
 * under way but in the middle of it, or there would be many small ones. `work` gives the answers in the order of the
 * questions.
 */
export function batcher<Ask, Answer>(
  work: (asks: Ask[]) => Promise<Answer[]>,
  { concurrency, maxBatchSize, weight = () => 1 }: BatcherOptions<Ask>,
): (ask: Ask) => Promise<Answer> {
  interface Waiting {
    ask: Ask
    request: ReturnType<typeof currentContext>
    resolve(answer: Answer): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let running = 0
  let isScheduled = false
  let pause: Timer | undefined
  /** When the newest lot began, and how long lots took of late. */
  let lastStartMs = 0
  let averageMs = 0

  /** `isLeft`: what waits found no room in the lot that has just begun. */
  function schedule(isLeft = false) {
    if (isScheduled || running >= concurrency || waiting.length === 0) return
    const pauseMs =
      running === 0 || isLeft ? 0 : lastStartMs + Math.min(averageMs / concurrency, maxPauseMs) - performance.now()
    if (pauseMs < 0.5) startSoon()
    else pause ??= setTimeout(startSoon, pauseMs)
  }

  /** Not at once: what else this turn of the event loop brings goes along. */
  function startSoon() {
    clearTimeout(pause)
    pause = undefined
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      void run(nextBatch())
      schedule(true)
    })
  }

  /** As many as fit, and one at least. */
  function nextBatch(): Waiting[] {
    let sum = 0
    const end = waiting.findIndex(({ ask }, i) => {
      sum += weight(ask)
      return i > 0 && sum > maxBatchSize
    })
    const lot = end < 0 ? waiting : waiting.slice(0, end)
    waiting = end < 0 ? [] : waiting.slice(end)
    return lot
  }

  async function run(batch: Waiting[]) {
    running++
    const began = performance.now()
    lastStartMs = began
    let counts = true
    const over = () => {
      if (!counts) return
      counts = false
      running--
      schedule()
    }
    const stuck = setTimeout(over, stuckMs)
    try {
      const answers = await runInBatchContext(
        batch.map(({ request }) => request),
        () => work(batch.map(({ ask }) => ask)),
      )
      if (answers.length !== batch.length) throw new Error(`${batch.length} questions, but ${answers.length} answers`)
      for (const [i, answer] of answers.entries()) batch[i]?.resolve(answer)
    } catch (error) {
      for (const one of batch) one.reject(error)
    } finally {
      clearTimeout(stuck)
      averageMs += (performance.now() - began - averageMs) / 4
      over()
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, request: currentContext(), resolve, reject })
      schedule()
    })
}
