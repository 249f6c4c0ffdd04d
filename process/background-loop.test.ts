import { expect, test } from 'bun:test'
import { backgroundLoop } from './background-loop.ts'

const hour = 3_600_000

test('a settled caller has seen a whole round that began after it called', async () => {
  let begun = 0
  let ended = 0
  const round = async () => {
    begun++
    await Bun.sleep(1)
    ended++
    return false
  }
  const repeated = backgroundLoop(round, { name: 'test', intervalMs: hour, onError: () => {} })
  const before = begun
  await repeated.afterNextRun(hour)
  expect([before, begun, ended]).toEqual([1, 2, 2])
  await repeated.stop()
})

test('a round that left work is followed by the next at once', async () => {
  let left = 5
  const done = Promise.withResolvers<void>()
  const round = async () => {
    if (--left === 0) done.resolve()
    return left > 0
  }
  const repeated = backgroundLoop(round, { name: 'test', intervalMs: hour, onError: () => {} })
  await done.promise
  await repeated.stop()
  expect(left).toBe(0)
})

test('an outage is told once, and whoever waits is served after it', async () => {
  let fails = 3
  const told: unknown[] = []
  const round = async () => {
    if (fails-- > 0) throw new Error('away')
    return false
  }
  const repeated = backgroundLoop(round, { name: 'test', intervalMs: 1, onError: (error) => told.push(error) })
  await repeated.afterNextRun(hour)
  expect(told).toHaveLength(1)
  await repeated.stop()
})

test('nobody waits beyond the limit', async () => {
  const held = Promise.withResolvers<boolean>()
  const repeated = backgroundLoop(() => held.promise, { name: 'test', intervalMs: hour, onError: () => {} })
  await repeated.afterNextRun(10)
  held.resolve(false)
  await repeated.stop()
})
