import { expect, test } from 'bun:test'
import { Failure } from '@douyin/proto'
import { type ArrivingBodyLimits, arrivingBodies } from './arriving-bodies.ts'

function limiter(limits: ArrivingBodyLimits) {
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

test('when all places are taken, the sender with the fewest bytes per second makes room', () => {
  const { enter, pass, cut } = limiter({ max: 3, maxPerKey: 3, graceMs: 1000 })
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

test('a sender is not cut within its grace time: the new sender is rejected instead', () => {
  const { enter, pass, cut } = limiter({ max: 2, maxPerKey: 2, graceMs: 1000 })
  enter('a')
  enter('b')
  expect(() => enter('c')).toThrow(new Failure('TOO_BUSY', { retryAfterS: 1 }))
  pass(1000)
  enter('c')
  expect(cut).toEqual(['a'])
})

test('the limit per key holds even when other places are free', () => {
  const { enter, pass, cut } = limiter({ max: 100, maxPerKey: 2, graceMs: 0 })
  enter('one', 'first')
  pass(1)
  enter('one', 'second')
  enter('other')
  pass(1)
  enter('one', 'third')
  expect(cut).toEqual(['first'])
})

test('a sender that leaves makes room, and nobody is cut', () => {
  const { enter, cut } = limiter({ max: 1, maxPerKey: 1, graceMs: 1000 })
  for (let i = 0; i < 5; i++) enter('a').leave()
  enter('a')
  expect(cut).toEqual([])
})
