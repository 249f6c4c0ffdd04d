import { expect, test } from 'bun:test'
import { optimistic } from './optimistic.ts'
import { noteRequestTime } from './request-times.ts'

/** A server that accepts or rejects request `i`, counted from 0, when `answer` says so. */
function slowServer() {
  const clock = { ms: 1000 }
  const requests: PromiseWithResolvers<void>[] = []
  const values = optimistic<string>(() => clock.ms)
  const results: Promise<string>[] = []
  const change = (subject: { id: number }, value: string) => {
    const request = Promise.withResolvers<void>()
    requests.push(request)
    const result = values.change(subject, 'before', value, () => request.promise)
    results.push(result.then(() => 'accepted', String))
  }
  const answer = async (i: number, isAccepted: boolean) => {
    if (isAccepted) requests[i]?.resolve()
    else requests[i]?.reject('rejected')
    await results[i]
  }
  return { clock, values, change, answer, shown: (subject: { id: number }) => values.shownOf(subject, 'before') }
}

test('a change is shown before the server has accepted it, and stays afterwards', async () => {
  const { change, answer, shown } = slowServer()
  const subject = { id: 1 }
  change(subject, 'after')
  expect([shown(subject), shown({ id: 1 }), shown({ id: 2 })]).toEqual(['after', 'after', 'before'])
  await answer(0, true)
  expect(shown(subject)).toBe('after')
})

const outcomes: [accepted: boolean[], shown: string][] = [
  [[false, false], 'before'],
  [[true, false], 'on'],
  [[false, true], 'off'],
  [[true, true], 'off'],
  [[false, false, false], 'before'],
  [[true, false, false], 'on'],
  [[false, true, false], 'off'],
  [[false, false, true], 'on again'],
]
for (const [accepted, expected] of outcomes) {
  test(`quick changes that the server ${accepted.map((isAccepted) => (isAccepted ? 'accepts' : 'rejects')).join(', ')} end with the last accepted value`, async () => {
    const { change, answer, shown } = slowServer()
    const subject = { id: 1 }
    const values = ['on', 'off', 'on again'].slice(0, accepted.length)
    for (const value of values) change(subject, value)
    for (const [i, isAccepted] of accepted.entries()) {
      expect(shown(subject)).toBe(values.at(-1)!)
      await answer(i, isAccepted)
    }
    expect(shown(subject)).toBe(expected)
  })
}

test('an answer requested a second after the change was accepted outweighs the change', async () => {
  const { clock, change, answer, shown } = slowServer()
  const requested = (atMs: number) => {
    const subject = { id: 1 }
    noteRequestTime({ list: [{ subject }] }, atMs)
    return subject
  }
  change(requested(900), 'after')
  expect(shown(requested(5000))).toBe('after')
  clock.ms = 2000
  await answer(0, true)
  expect([900, 2500, 2999].map((atMs) => shown(requested(atMs)))).toEqual(['after', 'after', 'after'])
  expect(shown(requested(3000))).toBe('before')
})

test('requests in flight of another viewer change nothing for the current one', async () => {
  const { values, change, answer, shown } = slowServer()
  const subject = { id: 1 }
  change(subject, 'of another viewer')
  values.clear()
  expect(shown(subject)).toBe('before')
  change(subject, 'mine')
  await answer(0, false)
  expect(shown(subject)).toBe('mine')
  await answer(1, true)
  expect(shown(subject)).toBe('mine')
})
