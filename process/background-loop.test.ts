import { expect, test } from 'bun:test'
import { backgroundLoop } from './background-loop.ts'

const hour = 3_600_000

/** Rounds that are counted, and a wait for one of them. */
function rounds() {
  let count = 0
  let heard = () => {}
  return {
    count: () => count,
    add() {
      count++
      heard()
    },
    until: (number: number) =>
      new Promise<void>((resolve) => {
        heard = () => count >= number && resolve()
        heard()
      }),
  }
}

const countedRound = (seen: ReturnType<typeof rounds>) => async () => {
  seen.add()
  return false
}

test('a round begins at once when the loop is woken, however long the pause is', async () => {
  const seen = rounds()
  const loop = backgroundLoop(countedRound(seen), { name: 'test', intervalMs: hour, onError: () => {} })
  await seen.until(1)
  loop.wake()
  await seen.until(2)
  await loop.stop()
  expect(seen.count()).toBe(2)
})

test('a loop that is woken during a round runs another one right after it', async () => {
  const seen = rounds()
  const round = async () => {
    seen.add()
    if (seen.count() === 1) loop.wake()
    return false
  }
  const loop = backgroundLoop(() => Promise.resolve().then(round), {
    name: 'test',
    intervalMs: hour,
    onError: () => {},
  })
  await seen.until(2)
  await loop.stop()
})

test('a round that left work is followed by the next at once', async () => {
  let left = 5
  const done = Promise.withResolvers<void>()
  const round = async () => {
    if (--left === 0) done.resolve()
    return left > 0
  }
  const loop = backgroundLoop(round, { name: 'test', intervalMs: hour, onError: () => {} })
  await done.promise
  await loop.stop()
  expect(left).toBe(0)
})

test('after a round that failed the next one begins one pause later, also if the loop is woken', async () => {
  const seen = rounds()
  const startsMs: number[] = []
  const round = async () => {
    startsMs.push(performance.now())
    seen.add()
    if (seen.count() < 3) throw new Error('away')
    return false
  }
  const loop = backgroundLoop(round, { name: 'test', intervalMs: 500, onError: () => {} })
  await seen.until(2)
  loop.wake()
  await seen.until(3)
  await loop.stop()
  const pausesMs = startsMs.slice(1).map((ms, i) => ms - startsMs[i]!)
  for (const ms of pausesMs) expect(ms).toBeWithin(490, 950)
})

test('an outage is reported once, and the loop goes on after it', async () => {
  const seen = rounds()
  const errors: unknown[] = []
  const round = async () => {
    seen.add()
    if (seen.count() <= 3) throw new Error('away')
    return false
  }
  const loop = backgroundLoop(round, { name: 'test', intervalMs: 1, onError: (error) => errors.push(error) })
  await seen.until(4)
  await loop.stop()
  expect(errors).toHaveLength(1)
})
