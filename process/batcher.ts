import { currentContext, runInBatchContext } from '@douyin/telemetry'

export interface BatcherOptions<Item> {
  /** How many batches are in flight at the same time. */
  concurrency: number
  /** The maximum weight of a batch. */
  maxBatchSize: number
  /** The weight of an item; 1 if not given. */
  weight?: (item: Item) => number
}

/** A batch that takes longer is stuck. Later batches do not wait for it: otherwise a call could take twice its limit. */
const stuckMs = 500

/**
 * Collects single calls into batches. While batches are in flight, new calls wait and go together in the next batch, so
 * many concurrent calls cost little more than one, and no result is older than its call. `work` returns the results in
 * the order of the items.
 */
export function batcher<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  { concurrency, maxBatchSize, weight = () => 1 }: BatcherOptions<Item>,
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item
    request: ReturnType<typeof currentContext>
    resolve(result: Result): void
    reject(error: unknown): void
  }
  let waiting: Waiting[] = []
  let running = 0
  let isScheduled = false

  /** A batch does not start at once, so that all calls of this turn of the event loop join it. */
  function schedule() {
    if (isScheduled || running >= concurrency || waiting.length === 0) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      void run(nextBatch())
      schedule()
    })
  }

  /** As many items as fit, and at least one. */
  function nextBatch(): Waiting[] {
    let sum = 0
    const end = waiting.findIndex(({ item }, i) => {
      sum += weight(item)
      return i > 0 && sum > maxBatchSize
    })
    const batch = end < 0 ? waiting : waiting.slice(0, end)
    waiting = end < 0 ? [] : waiting.slice(end)
    return batch
  }

  async function run(batch: Waiting[]) {
    running++
    let isCounted = true
    const release = () => {
      if (!isCounted) return
      isCounted = false
      running--
      schedule()
    }
    const stuck = setTimeout(release, stuckMs)
    try {
      const results = await runInBatchContext(
        batch.map(({ request }) => request),
        () => work(batch.map(({ item }) => item)),
      )
      if (results.length !== batch.length) throw new Error(`${batch.length} items, but ${results.length} results`)
      for (const [i, result] of results.entries()) batch[i]?.resolve(result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      clearTimeout(stuck)
      release()
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, request: currentContext(), resolve, reject })
      schedule()
    })
}
