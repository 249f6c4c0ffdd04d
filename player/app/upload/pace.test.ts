import { expect, test } from 'bun:test'
import { Pace } from './pace.ts'

const megabyte = 1 << 20

/** An upload of 100 MB at a steady speed, reported ten times a second. */
function upload(bytesPerSecond: number, seconds: number): Pace {
  const pace = new Pace(100 * megabyte, 0)
  for (let i = 1; i <= seconds * 10; i++) pace.note((bytesPerSecond * i) / 10, i * 100)
  return pace
}

test('the speed is unknown in the first second, and then that of the last seconds', () => {
  expect(upload(megabyte, 0.9).bytesPerSecond).toBeUndefined()
  const pace = upload(megabyte, 10)
  expect(pace.bytesPerSecond).toBeCloseTo(megabyte, -3)
  expect(pace.secondsLeft).toBeCloseTo(90, 0)
  for (let i = 1; i <= 60; i++) pace.note(10 * megabyte + (i * 4 * megabyte) / 10, 10_000 + i * 100)
  expect(pace.bytesPerSecond).toBeCloseTo(4 * megabyte, -3)
})

test('an upload may be complete when its rest could have been sent since the last report', () => {
  const pace = upload(megabyte, 10)
  expect(pace.mayBeComplete(10_000)).toBe(false)
  // As long as the rest takes.
  expect(pace.mayBeComplete(100_000)).toBe(true)
  expect(upload(megabyte, 99).mayBeComplete(99_000)).toBe(true)
  // Before anything has been reported.
  expect(new Pace(100_000, 0).mayBeComplete(0)).toBe(true)
  expect(new Pace(100 * megabyte, 0).mayBeComplete(0)).toBe(false)
})
