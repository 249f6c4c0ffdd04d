import { expect, test } from 'bun:test'
import { gate } from './gate.ts'

const full = new Error('full')

test('no more work than allowed runs at once, and the rest runs in order', async () => {
  const pass = gate({ name: 'test', concurrency: 2, full: { waiting: 10, error: () => full } })
  const order: number[] = []
  let running = 0
  let maxRunning = 0
  const work = (i: number) => async () => {
    order.push(i)
    maxRunning = Math.max(maxRunning, ++running)
    await Promise.resolve()
    running--
  }
  await Promise.all([0, 1, 2, 3, 4].map((i) => pass(work(i))))
  expect([order, maxRunning]).toEqual([[0, 1, 2, 3, 4], 2])
})

test('work that finds the queue full is rejected, and failed work frees its slot', async () => {
  const pass = gate({ name: 'test', concurrency: 1, full: { waiting: 1, error: () => full } })
  const held = Promise.withResolvers<void>()
  const first = pass(() => held.promise)
  const second = pass(async () => 'second')
  await expect(pass(async () => 'third')).rejects.toBe(full)
  held.reject(new Error('broken'))
  await expect(first).rejects.toThrow('broken')
  expect(await second).toBe('second')
  expect(await pass(async () => 'later')).toBe('later')
})
