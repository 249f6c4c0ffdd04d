import { expect, test } from 'bun:test'
import { gate } from './gate.ts'

const full = new Error('full')

test('only so much runs at once, the rest in its order', async () => {
  const pass = gate({ name: 'test', concurrency: 2, full: { waiting: 10, error: () => full } })
  const order: number[] = []
  let running = 0
  let most = 0
  const work = (i: number) => async () => {
    order.push(i)
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
  }
  await Promise.all([0, 1, 2, 3, 4].map((i) => pass(work(i))))
  expect([order, most]).toEqual([[0, 1, 2, 3, 4], 2])
})

test('whoever finds no place to wait is turned away, and a failure frees its place', async () => {
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
