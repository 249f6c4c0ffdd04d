import { expect, test } from 'bun:test'
import { type ArrivingBodyLimits, arrivingBodies } from './arriving-bodies.ts'
import { TooBusy } from './load-shedding.ts'

function watch(limits: ArrivingBodyLimits) {
  let now = 0
  const cut: string[] = []
  const arriving = arrivingBodies(limits, () => now)
  return {
    cut,
    enter: (key: string, name = key) => arriving.enter(key, () => cut.push(name)),
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('where all places are taken the sender with the fewest bytes per second makes room', () => {
  const { enter, pass, cut } = watch({ most: 3, mostOfKey: 3, graceMs: 1000 })
  const [dripping, quick, , late] = ['dripping', 'quick', 'slow'].map((name) => enter(name))
  pass(2000)
  dripping!.bytes = 1
  quick!.bytes = 1_000_000
  enter('new')
  expect([cut, late]).toEqual([['slow'], undefined])
  pass(500)
  enter('newer')
  expect(cut).toEqual(['slow', 'dripping'])
})

test('a sender is not cut in its first moment: the newcomer is turned away instead', () => {
  const { enter, pass, cut } = watch({ most: 2, mostOfKey: 2, graceMs: 1000 })
  enter('a')
  enter('b')
  expect(() => enter('c')).toThrow(TooBusy)
  pass(1000)
  enter('c')
  expect(cut).toEqual(['a'])
})

test('one key has so many places of its own, whatever room there is for others', () => {
  const { enter, pass, cut } = watch({ most: 100, mostOfKey: 2, graceMs: 0 })
  enter('one', 'first')
  pass(1)
  enter('one', 'second')
  enter('other')
  pass(1)
  enter('one', 'third')
  expect(cut).toEqual(['first'])
})

test('who leaves makes room without anybody being cut', () => {
  const { enter, cut } = watch({ most: 1, mostOfKey: 1, graceMs: 1000 })
  for (let i = 0; i < 5; i++) enter('a').leave()
  enter('a')
  expect(cut).toEqual([])
})
