import { expect, test } from 'bun:test'
import { queue } from './queue.ts'

test('work runs in the order it came, so many at once, and too much of it is turned away', async () => {
  const inTurn = queue(2, 2)
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const started: number[] = []
  const works = gates.map((gate, index) =>
    inTurn(async () => {
      started.push(index)
      await gate.promise
      return index
    }),
  )
  await expect(inTurn(async () => 4)).rejects.toThrow('too many videos')
  expect(started).toEqual([0, 1])
  gates[1]!.resolve()
  expect(await works[1]).toBe(1)
  for (const gate of gates) gate.resolve()
  expect(await Promise.all(works)).toEqual([0, 1, 2, 3])
  expect(started).toEqual([0, 1, 2, 3])
})

test('work that fails gives its place to the next', async () => {
  const inTurn = queue(1, 1)
  const failing = inTurn(() => Promise.reject(new Error('no')))
  const next = inTurn(async () => 'done')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
})
