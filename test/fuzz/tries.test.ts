import { expect, test } from 'bun:test'
import { demandNone, type Outcome, tries } from './tries.ts'

const longestMs = 100
const quick: Outcome = { tookMs: 1 }

/** What became of ten inputs, of which the third comes to this at its first and at its second try. */
async function ten(first: Outcome, second = first, yardstickMs = 0) {
  let asked = 0
  const one = async (i: number) => (i !== 3 ? quick : asked++ === 0 ? first : second)
  return tries({ count: 10, concurrency: 2, longestMs, one, yardstick: () => Bun.sleep(yardstickMs) })
}

test('an input that goes wrong is told by its number, and one that takes long each time too', async () => {
  expect(await ten(quick)).toEqual([])
  expect(await ten({ tookMs: 1, wrong: 'a bug' })).toEqual(['input 3: a bug'])
  expect(await ten({ tookMs: 5000, what: 'GET /x' })).toEqual(['input 3: 5000 ms: GET /x'])
  expect(await ten({ tookMs: 5000 }, { tookMs: 1, wrong: 'a bug' })).toEqual(['input 3: a bug'])
})

test('one that took long on a busy machine is not, be it still busy or quiet again', async () => {
  expect(await ten({ tookMs: 5000 }, quick)).toEqual([])
  expect(await ten({ tookMs: 5000 }, { tookMs: 500 }, 20)).toEqual([])
})

test('the last words of a failed run are how to make it again', () => {
  expect(() => demandNone([], 7)).not.toThrow()
  const wrong = ['input 41: a bug', 'input 52: another']
  expect(() => demandNone(wrong, 7)).toThrow(
    /input 41: a bug\ninput 52: another\nFUZZ_SEED=7 makes them again, FUZZ_INPUT=41 the first alone$/,
  )
})
