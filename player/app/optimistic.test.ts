import { expect, test } from 'bun:test'
import { noteAsked } from './asked.ts'
import { optimistic } from './optimistic.ts'

/** A server that agrees or refuses when told to, in the order in which it was asked. */
function slowServer() {
  const clock = { ms: 1000 }
  const asked: PromiseWithResolvers<void>[] = []
  const values = optimistic<string>(() => clock.ms)
  const ended: Promise<string>[] = []
  const change = (thing: { id: number }, value: string) => {
    const one = Promise.withResolvers<void>()
    asked.push(one)
    const end = values.change(thing, 'before', value, () => one.promise)
    ended.push(end.then(() => 'agreed', String))
  }
  const answer = async (i: number, agrees: boolean) => {
    if (agrees) asked[i]?.resolve()
    else asked[i]?.reject('refused')
    await ended[i]
  }
  return { clock, values, change, answer, shown: (thing: { id: number }) => values.shownOf(thing, 'before') }
}

test('a change is shown at once, also before the server has agreed, and stays when it has', async () => {
  const { change, answer, shown } = slowServer()
  const thing = { id: 1 }
  change(thing, 'after')
  expect([shown(thing), shown({ id: 1 }), shown({ id: 2 })]).toEqual(['after', 'after', 'before'])
  await answer(0, true)
  expect(shown(thing)).toBe('after')
})

const ends: [agreed: boolean[], shown: string][] = [
  [[false, false], 'before'],
  [[true, false], 'on'],
  [[false, true], 'off'],
  [[true, true], 'off'],
  [[false, false, false], 'before'],
  [[true, false, false], 'on'],
  [[false, true, false], 'off'],
  [[false, false, true], 'on again'],
]
for (const [agreed, expected] of ends) {
  test(`quick changes of which the server says ${agreed.map((one) => (one ? 'yes' : 'no'))} end as it last agreed`, async () => {
    const { change, answer, shown } = slowServer()
    const thing = { id: 1 }
    const values = ['on', 'off', 'on again'].slice(0, agreed.length)
    for (const value of values) change(thing, value)
    for (const [i, agrees] of agreed.entries()) {
      expect(shown(thing)).toBe(values.at(-1)!)
      await answer(i, agrees)
    }
    expect(shown(thing)).toBe(expected)
  })
}

test('what was asked for after a change outweighs it, once every copy of the server has heard of it', async () => {
  const { clock, change, answer, shown } = slowServer()
  const asked = (atMs: number) => {
    const thing = { id: 1 }
    noteAsked({ list: [{ thing }] }, atMs)
    return thing
  }
  change(asked(900), 'after')
  expect(shown(asked(5000))).toBe('after')
  clock.ms = 2000
  await answer(0, true)
  expect([900, 2500, 2999].map((atMs) => shown(asked(atMs)))).toEqual(['after', 'after', 'after'])
  expect(shown(asked(3000))).toBe('before')
})

test('what another viewer had under way changes nothing for who is here now', async () => {
  const { values, change, answer, shown } = slowServer()
  const thing = { id: 1 }
  change(thing, 'hers')
  values.forgetAll()
  expect(shown(thing)).toBe('before')
  change(thing, 'mine')
  await answer(0, false)
  expect(shown(thing)).toBe('mine')
  await answer(1, true)
  expect(shown(thing)).toBe('mine')
})
