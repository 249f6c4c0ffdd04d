import { currentWork, duringBatch } from '@douyin/telemetry'

export interface GatherOptions<Ask> {
  /** How many lots are under way at the same time. */
  atOnce: number
  /** How much goes into one lot. */
  most: number
  /** How much of that one takes; 1 if not given. */
  weight?: (ask: Ask) => number
}

/** A lot that takes longer is stuck: nobody waits behind it, or a question would take twice as long as a call may. */
const stuckMs = 500

/** The longest pause between two lots. */
const mostPauseMs = 10

/**
 * Asks for many at once: what comes while lots are under way waits, and goes together in the next one. So a crowd costs
 * little more than one, and no answer is older than its question. A lot does not begin on the heels of another that is
 * under way but in the middle of it, or there would be many small ones. `work` gives the answers in the order of the
 * questions.
 */
export function gather<Ask, Answer>(
  work: (asks: Ask[]) => Promise<Answer[]>,
  { atOnce, most, weight = () => 1 }: GatherOptions<Ask>,
): (ask: Ask) => Promise<Answer> {
  interface Waiting {
    ask: Ask
    request: ReturnType<typeof currentWork>
    resolve(answer: Answer): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let running = 0
  let planned = false
  let pause: Timer | undefined
  /** When the newest lot began, and how long lots took of late. */
  let lastBegan = 0
  let tookMs = 0

  /** `isLeft`: what waits found no room in the lot that has just begun. */
  function plan(isLeft = false) {
    if (planned || running >= atOnce || waiting.length === 0) return
    const pauseMs = running === 0 || isLeft ? 0 : lastBegan + Math.min(tookMs / atOnce, mostPauseMs) - performance.now()
    if (pauseMs < 0.5) beginSoon()
    else pause ??= setTimeout(beginSoon, pauseMs)
  }

  /** Not at once: what else this turn of the event loop brings goes along. */
  function beginSoon() {
    clearTimeout(pause)
    pause = undefined
    planned = true
    setImmediate(() => {
      planned = false
      void run(nextLot())
      plan(true)
    })
  }

  /** As many as fit, and one at least. */
  function nextLot(): Waiting[] {
    let sum = 0
    const end = waiting.findIndex(({ ask }, i) => {
      sum += weight(ask)
      return i > 0 && sum > most
    })
    const lot = end < 0 ? waiting : waiting.slice(0, end)
    waiting = end < 0 ? [] : waiting.slice(end)
    return lot
  }

  async function run(lot: Waiting[]) {
    running++
    const began = performance.now()
    lastBegan = began
    let counts = true
    const over = () => {
      if (!counts) return
      counts = false
      running--
      plan()
    }
    const stuck = setTimeout(over, stuckMs)
    try {
      const answers = await duringBatch(
        lot.map(({ request }) => request),
        () => work(lot.map(({ ask }) => ask)),
      )
      if (answers.length !== lot.length) throw new Error(`${lot.length} questions, but ${answers.length} answers`)
      for (const [i, answer] of answers.entries()) lot[i]?.resolve(answer)
    } catch (error) {
      for (const one of lot) one.reject(error)
    } finally {
      clearTimeout(stuck)
      tookMs += (performance.now() - began - tookMs) / 4
      over()
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, request: currentWork(), resolve, reject })
      plan()
    })
}
