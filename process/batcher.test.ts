import { expect, test } from 'bun:test'
import { currentContext, newContext, runDetached, runWith } from '@douyin/telemetry'
import { until } from '../test/stack.ts'
import { batcher } from './batcher.ts'

/** Work that ends when told to, with the lots that it was given. */
function slowWork() {
  const lots: { asks: number[]; end: PromiseWithResolvers<void> }[] = []
  const work = async (asks: number[]) => {
    const lot = { asks, end: Promise.withResolvers<void>() }
    lots.push(lot)
    await lot.end.promise
    return asks.map((ask) => ask * 10)
  }
  return { lots, work }
}

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('what comes together goes together, and everybody gets her own answer', async () => {
  const { lots, work } = slowWork()
  const ask = batcher(work, { concurrency: 1, maxBatchSize: 100 })
  const answers = [ask(1), ask(2), ask(3)]
  await nextTurn()
  expect(lots.map((lot) => lot.asks)).toEqual([[1, 2, 3]])
  lots[0]?.end.resolve()
  expect(await Promise.all(answers)).toEqual([10, 20, 30])
})

test('a question never joins a lot that has begun', async () => {
  const { lots, work } = slowWork()
  const ask = batcher(work, { concurrency: 1, maxBatchSize: 100 })
  const first = ask(1)
  await nextTurn()
  const later = [ask(2), ask(3)]
  await nextTurn()
  expect(lots).toHaveLength(1)
  lots[0]?.end.resolve()
  await first
  await nextTurn()
  expect(lots.map((lot) => lot.asks)).toEqual([[1], [2, 3]])
  lots[1]?.end.resolve()
  expect(await Promise.all(later)).toEqual([20, 30])
})

test('a lot begins in the middle of the one before it, with all that came until then, or when that one ends', async () => {
  const { lots, work } = slowWork()
  const ask = batcher(work, { concurrency: 2, maxBatchSize: 100 })
  const first = ask(1)
  await nextTurn()
  await Bun.sleep(80)
  lots[0]?.end.resolve()
  await first
  // They take long of late, so it is a while until the middle.
  void ask(2)
  await nextTurn()
  void ask(3)
  void ask(4)
  await nextTurn()
  expect(lots.slice(1).map((lot) => lot.asks)).toEqual([[2]])
  await until(async () => lots.length === 3)
  lots[1]?.end.resolve()
  lots[2]?.end.resolve()
  await nextTurn()
  void ask(5)
  await nextTurn()
  void ask(6)
  await nextTurn()
  lots[3]?.end.resolve()
  await nextTurn()
  await nextTurn()
  expect(lots.slice(1).map((lot) => lot.asks)).toEqual([[2], [3, 4], [5], [6]])
})

test('a lot holds no more than its measure, but one at least', async () => {
  const { lots, work } = slowWork()
  const ask = batcher(work, { concurrency: 9, maxBatchSize: 5, weight: (n) => n })
  for (const n of [2, 3, 1, 9, 4]) void ask(n)
  await nextTurn()
  await nextTurn()
  await nextTurn()
  expect(lots.map((lot) => lot.asks)).toEqual([[2, 3], [1], [9], [4]])
})

test('a lot that fails fails for its own only, and work goes on', async () => {
  let calls = 0
  const ask = batcher(
    async (asks: number[]) => {
      if (calls++ === 0) throw new Error('away')
      return asks
    },
    { concurrency: 1, maxBatchSize: 100 },
  )
  expect(await ask(1).catch(String)).toBe('Error: away')
  expect(await ask(2)).toBe(2)
})

test('nobody waits behind a lot that is stuck for longer than half a second', async () => {
  const hanging = Promise.withResolvers<number[]>()
  let lots = 0
  const ask = batcher((asks: number[]) => (lots++ === 0 ? hanging.promise : Promise.resolve(asks)), {
    concurrency: 1,
    maxBatchSize: 10,
  })
  const first = ask(1)
  await Bun.sleep(10)
  expect(await Promise.race([ask(2), Bun.sleep(3000)])).toBe(2)
  // And it counts once only, however it ends.
  hanging.resolve([1])
  expect(await first).toBe(1)
  expect(await Promise.all([ask(3), ask(4)])).toEqual([3, 4])
  expect(lots).toBe(3)
})

test('a lot for several requests runs under the id of none, which each of them names; a lot of one runs under its own', async () => {
  const seen: (string | undefined)[] = []
  const ask = batcher(
    async (asks: number[]) => {
      seen.push(currentContext()?.traceId)
      return asks
    },
    { concurrency: 1, maxBatchSize: 100 },
  )
  const [first, second] = [newContext(), newContext()]
  const askFor = (work: typeof first, n: number) => runWith(work, () => ask(n))
  await Promise.all([askFor(first, 1), askFor(second, 2), askFor(second, 3)])
  await Promise.all([askFor(first, 4), askFor(first, 5)])
  await Promise.all([ask(6), askFor(first, 7)])
  await runWith(first, () => runDetached(() => ask(8)))
  const ids = [first.traceId, second.traceId]
  const [ofBoth, ofFirst, mixed, ofNone] = seen
  expect([ofFirst, ofNone]).toEqual([first.traceId, undefined])
  expect([ofBoth, mixed].filter((id) => id === undefined || ids.includes(id))).toEqual([])
  expect([first.fields.batch_ids, second.fields.batch_ids]).toEqual([[ofBoth, mixed] as string[], [ofBoth] as string[]])
})
