import { expect, test } from 'bun:test'
import { currentContext, newContext, runDetached, runWith } from '@douyin/telemetry'
import { batcher } from './batcher.ts'

/** Work that ends when the test says so, with the batches that it received. */
function slowWork() {
  const batches: { items: number[]; end: PromiseWithResolvers<void> }[] = []
  const work = async (items: number[]) => {
    const batch = { items, end: Promise.withResolvers<void>() }
    batches.push(batch)
    await batch.end.promise
    return items.map((item) => item * 10)
  }
  return { batches, work }
}

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('concurrent calls go in one batch, and each gets its own result', async () => {
  const { batches, work } = slowWork()
  const call = batcher(work, { concurrency: 1, maxBatchSize: 100 })
  const results = [call(1), call(2), call(3)]
  await nextTurn()
  expect(batches.map((batch) => batch.items)).toEqual([[1, 2, 3]])
  batches[0]?.end.resolve()
  expect(await Promise.all(results)).toEqual([10, 20, 30])
})

test('a call never joins a batch that has started', async () => {
  const { batches, work } = slowWork()
  const call = batcher(work, { concurrency: 1, maxBatchSize: 100 })
  const first = call(1)
  await nextTurn()
  const later = [call(2), call(3)]
  await nextTurn()
  expect(batches).toHaveLength(1)
  batches[0]?.end.resolve()
  await first
  await nextTurn()
  expect(batches.map((batch) => batch.items)).toEqual([[1], [2, 3]])
  batches[1]?.end.resolve()
  expect(await Promise.all(later)).toEqual([20, 30])
})

test('as many batches are in flight as the concurrency allows, and later calls wait for the next one together', async () => {
  const { batches, work } = slowWork()
  const call = batcher(work, { concurrency: 2, maxBatchSize: 100 })
  for (const n of [1, 2, 3]) {
    void call(n)
    await nextTurn()
  }
  void call(4)
  await nextTurn()
  expect(batches.map((batch) => batch.items)).toEqual([[1], [2]])
  batches[1]?.end.resolve()
  await nextTurn()
  await nextTurn()
  expect(batches.map((batch) => batch.items)).toEqual([[1], [2], [3, 4]])
  for (const batch of batches) batch.end.resolve()
})

test('a batch has no more than its maximum weight, but at least one item', async () => {
  const { batches, work } = slowWork()
  const call = batcher(work, { concurrency: 9, maxBatchSize: 5, weight: (n) => n })
  for (const n of [2, 3, 1, 9, 4]) void call(n)
  await nextTurn()
  await nextTurn()
  await nextTurn()
  expect(batches.map((batch) => batch.items)).toEqual([[2, 3], [1], [9], [4]])
})

test('a batch that fails rejects only its own calls, and later batches run', async () => {
  let calls = 0
  const call = batcher(
    async (items: number[]) => {
      if (calls++ === 0) throw new Error('away')
      return items
    },
    { concurrency: 1, maxBatchSize: 100 },
  )
  expect(await call(1).catch(String)).toBe('Error: away')
  expect(await call(2)).toBe(2)
})

test('no call waits longer than half a second for a batch that is stuck', async () => {
  const hanging = Promise.withResolvers<number[]>()
  let batches = 0
  const call = batcher((items: number[]) => (batches++ === 0 ? hanging.promise : Promise.resolve(items)), {
    concurrency: 1,
    maxBatchSize: 10,
  })
  const first = call(1)
  await Bun.sleep(10)
  expect(await Promise.race([call(2), Bun.sleep(3000)])).toBe(2)
  // It is counted only once when it ends after all.
  hanging.resolve([1])
  expect(await first).toBe(1)
  expect(await Promise.all([call(3), call(4)])).toEqual([3, 4])
  expect(batches).toBe(3)
})

test('a batch for several requests has its own id, which each of them names; a batch of one request has its id', async () => {
  const seen: (string | undefined)[] = []
  const call = batcher(
    async (items: number[]) => {
      seen.push(currentContext()?.traceId)
      return items
    },
    { concurrency: 1, maxBatchSize: 100 },
  )
  const [first, second] = [newContext(), newContext()]
  const callIn = (context: typeof first, n: number) => runWith(context, () => call(n))
  await Promise.all([callIn(first, 1), callIn(second, 2), callIn(second, 3)])
  await Promise.all([callIn(first, 4), callIn(first, 5)])
  await Promise.all([call(6), callIn(first, 7)])
  await runWith(first, () => runDetached(() => call(8)))
  const ids = [first.traceId, second.traceId]
  const [ofBoth, ofFirst, mixed, ofNone] = seen
  expect([ofFirst, ofNone]).toEqual([first.traceId, undefined])
  expect([ofBoth, mixed].filter((id) => id === undefined || ids.includes(id))).toEqual([])
  expect([first.fields.batch_ids, second.fields.batch_ids]).toEqual([[ofBoth, mixed] as string[], [ofBoth] as string[]])
})
