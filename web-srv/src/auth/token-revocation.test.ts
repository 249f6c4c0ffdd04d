import { afterEach, expect, jest, setSystemTime, test } from 'bun:test'
import { type TokenEpoch, unavailable } from '@douyin/proto'
import { until } from '../../../test/stack.ts'
import { tokenRevocations } from './token-revocation.ts'

afterEach(() => void setSystemTime())

const log = { info: () => {}, error: () => {} }

function following(list: () => Promise<TokenEpoch[]>) {
  const ended: number[] = []
  let asked = 0
  const listTokenEpochs = async ({ from_time, after_id }: { from_time: number; after_id: number }) => {
    asked++
    const all = (await list()).filter(
      (one) => one.change_time > from_time || (one.change_time === from_time && one.user_id > after_id),
    )
    return { epochs: all.slice(0, 1000), restore_time: 0 }
  }
  const epochs = tokenRevocations(
    { listTokenEpochs },
    log,
    (id) => void ended.push(id),
    () => {},
  )
  return { epochs, ended, asked: () => asked }
}

test('all changes are found, though they fill more than one answer and are of one ms', async () => {
  const now = Date.now()
  const all = Array.from({ length: 2500 }, (_, i) => ({ user_id: i + 1, token_epoch: 1 + (i % 3), change_time: now }))
  const { epochs } = following(async () => all)
  expect(await epochs.of(2500)).toBe(1 + (2499 % 3))
  expect([await epochs.of(1), await epochs.of(1234), await epochs.of(9999)]).toEqual([1, 1 + (1233 % 3), 0])
  epochs.stop()
})

test('what this process was told itself counts at once, and each change is told once', async () => {
  const { epochs, ended } = following(async () => [{ user_id: 7, token_epoch: 3, change_time: Date.now() }])
  expect(await epochs.of(7)).toBe(3)
  epochs.note({ user_id: 7, token_epoch: 4 })
  epochs.note({ user_id: 7, token_epoch: 3 })
  expect(await epochs.of(7)).toBe(4)
  expect(ended).toEqual([7, 7])
  epochs.stop()
})

test('as long as nobody can say who signed out, nobody is let in; and then at once', async () => {
  let away = true
  const { epochs } = following(async () => {
    if (away) throw unavailable('away')
    return []
  })
  await expect(epochs.of(7)).rejects.toThrow('try again')
  away = false
  expect(await epochs.of(7)).toBe(0)
  epochs.stop()
})

test('however many ask at once, the service is asked once', async () => {
  const { epochs, asked } = following(async () => [])
  await Promise.all(Array.from({ length: 500 }, (_, i) => epochs.of(i)))
  expect(asked()).toBe(1)
  epochs.stop()
})

test('a change is forgotten once no token from before it can be left, and not earlier', async () => {
  const day = 86_400_000
  const begun = Date.now()
  const { epochs } = following(async () => [])
  await epochs.of(1)
  for (const user_id of [1, 2, 3]) epochs.note({ user_id, token_epoch: 1 })
  setSystemTime(begun + 20 * day)
  epochs.note({ user_id: 2, token_epoch: 2 })
  setSystemTime(begun + 30 * day)
  epochs.note({ user_id: 4, token_epoch: 1 })
  expect([1, 2, 3, 4].map(epochs.now)).toEqual([1, 2, 1, 1])
  setSystemTime(begun + 31 * day + 1000)
  epochs.note({ user_id: 5, token_epoch: 1 })
  expect([1, 2, 3, 4, 5].map(epochs.now)).toEqual([0, 2, 0, 1, 1])
  epochs.stop()
})
test('a failover of 8 s signs nobody out; an outage that lasts lets nobody in', async () => {
  jest.useFakeTimers()
  let away = false
  const { epochs } = following(async () => {
    if (away) throw unavailable('away')
    return []
  })
  expect(await epochs.of(7)).toBe(0)
  await pass(1900)
  away = true
  for (let i = 0; i < 8; i++) {
    await pass(1000)
    expect(await epochs.of(7)).toBe(0)
  }
  for (let i = 0; i < 4; i++) await pass(1000)
  await expect(epochs.of(7)).rejects.toThrow('try again')
  expect(epochs.now(7)).toBeUndefined()
  epochs.stop()
  jest.useRealTimers()
})

/** Lets the time pass, and then what waits for answers go on. */
async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('a restore is known with the next answer: epochs that went back count as they are now, and all sockets end', async () => {
  const epochs = [{ user_id: 7, token_epoch: 3, change_time: Date.now() }]
  const answer = { epochs, restore_time: 0 }
  let restores = 0
  const followed = tokenRevocations(
    { listTokenEpochs: async () => answer },
    log,
    () => {},
    () => void restores++,
  )
  expect([await followed.of(7), followed.restoreTime(), restores]).toEqual([3, 0, 0])
  answer.epochs = [{ user_id: 7, token_epoch: 1, change_time: 5 }]
  answer.restore_time = 1_700_000_000_000
  await until(async () => followed.restoreTime() === answer.restore_time)
  expect([followed.now(7), restores]).toEqual([1, 1])
  followed.stop()
})
