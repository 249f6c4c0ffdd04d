import { afterEach, expect, jest, setSystemTime, test } from 'bun:test'
import { Failure, type TokenEpoch } from '@douyin/proto'
import { until } from '../../../test/stack.ts'
import { tokenRevocations } from './token-revocation.ts'

afterEach(() => void setSystemTime())

const log = { info: () => {}, error: () => {} }

function revocationsOver(list: () => Promise<TokenEpoch[]>) {
  const revoked: number[] = []
  let polls = 0
  const listTokenEpochs = async ({ from_time, after_id }: { from_time: number; after_id: number }) => {
    polls++
    const all = (await list()).filter(
      (one) => one.change_time > from_time || (one.change_time === from_time && one.user_id > after_id),
    )
    return { epochs: all.slice(0, 1000), restore_time: 0 }
  }
  const epochs = tokenRevocations(
    { listTokenEpochs },
    log,
    (id) => void revoked.push(id),
    () => {},
  )
  return { epochs, revoked, pollCount: () => polls }
}

test('all changes are found, though they fill more than one page and have the same ms', async () => {
  const now = Date.now()
  const all = Array.from({ length: 2500 }, (_, i) => ({ user_id: i + 1, token_epoch: 1 + (i % 3), change_time: now }))
  const { epochs } = revocationsOver(async () => all)
  expect(await epochs.epochOf(2500)).toBe(1 + (2499 % 3))
  expect([await epochs.epochOf(1), await epochs.epochOf(1234), await epochs.epochOf(9999)]).toEqual([
    1,
    1 + (1233 % 3),
    0,
  ])
  epochs.stop()
})

test('a change made through this process counts at once, and each change is reported once', async () => {
  const { epochs, revoked } = revocationsOver(async () => [{ user_id: 7, token_epoch: 3, change_time: Date.now() }])
  expect(await epochs.epochOf(7)).toBe(3)
  epochs.note({ user_id: 7, token_epoch: 4 })
  epochs.note({ user_id: 7, token_epoch: 3 })
  expect(await epochs.epochOf(7)).toBe(4)
  expect(revoked).toEqual([7, 7])
  epochs.stop()
})

test('no token is accepted while revocations are unknown, and tokens are accepted at once afterwards', async () => {
  let away = true
  const { epochs } = revocationsOver(async () => {
    if (away) throw new Failure('UNAVAILABLE')
    return []
  })
  await expect(epochs.epochOf(7)).rejects.toMatchObject({ reason: 'SIGN_IN_UNAVAILABLE' })
  away = false
  expect(await epochs.epochOf(7)).toBe(0)
  epochs.stop()
})

test('concurrent lookups share one poll', async () => {
  const { epochs, pollCount } = revocationsOver(async () => [])
  await Promise.all(Array.from({ length: 500 }, (_, i) => epochs.epochOf(i)))
  expect(pollCount()).toBe(1)
  epochs.stop()
})

test('a change is deleted once no token from before it can be valid, and not earlier', async () => {
  const day = 86_400_000
  const startMs = Date.now()
  const { epochs } = revocationsOver(async () => [])
  await epochs.epochOf(1)
  for (const user_id of [1, 2, 3]) epochs.note({ user_id, token_epoch: 1 })
  setSystemTime(startMs + 20 * day)
  epochs.note({ user_id: 2, token_epoch: 2 })
  setSystemTime(startMs + 30 * day)
  epochs.note({ user_id: 4, token_epoch: 1 })
  expect([1, 2, 3, 4].map(epochs.cachedEpochOf)).toEqual([1, 2, 1, 1])
  setSystemTime(startMs + 31 * day + 1000)
  epochs.note({ user_id: 5, token_epoch: 1 })
  expect([1, 2, 3, 4, 5].map(epochs.cachedEpochOf)).toEqual([0, 2, 0, 1, 1])
  epochs.stop()
})
test('a failover of 8 s signs nobody out, and during a longer outage no token is accepted', async () => {
  jest.useFakeTimers()
  let away = false
  const { epochs } = revocationsOver(async () => {
    if (away) throw new Failure('UNAVAILABLE')
    return []
  })
  expect(await epochs.epochOf(7)).toBe(0)
  await pass(1900)
  away = true
  for (let i = 0; i < 8; i++) {
    await pass(1000)
    expect(await epochs.epochOf(7)).toBe(0)
  }
  for (let i = 0; i < 4; i++) await pass(1000)
  await expect(epochs.epochOf(7)).rejects.toMatchObject({ reason: 'SIGN_IN_UNAVAILABLE' })
  expect(epochs.cachedEpochOf(7)).toBeUndefined()
  epochs.stop()
  jest.useRealTimers()
})

/** Advances the fake timers, then runs pending promise callbacks. */
async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('the next poll detects a restore: the restored epochs count, and all sockets are closed', async () => {
  const epochs = [{ user_id: 7, token_epoch: 3, change_time: Date.now() }]
  const answer = { epochs, restore_time: 0 }
  let restores = 0
  const revocations = tokenRevocations(
    { listTokenEpochs: async () => answer },
    log,
    () => {},
    () => void restores++,
  )
  expect([await revocations.epochOf(7), revocations.restoreTime(), restores]).toEqual([3, 0, 0])
  answer.epochs = [{ user_id: 7, token_epoch: 1, change_time: 5 }]
  answer.restore_time = 1_700_000_000_000
  await until(async () => revocations.restoreTime() === answer.restore_time)
  expect([revocations.cachedEpochOf(7), restores]).toEqual([1, 1])
  revocations.stop()
})
