import { expect, test } from 'bun:test'
import { expectNoProblems, type Outcome, runInputs } from './run-inputs.ts'

const longestMs = 100
const quick: Outcome = { tookMs: 1 }

/** Runs ten inputs. Input 3 has these outcomes at its first and second try, the others are quick. */
async function ten(first: Outcome, second = first, yardstickMs = 0) {
  let attempts = 0
  const runInput = async (i: number) => (i !== 3 ? quick : attempts++ === 0 ? first : second)
  return runInputs({ count: 10, concurrency: 2, longestMs, runInput, yardstick: () => Bun.sleep(yardstickMs) })
}

test('a wrong input is reported with its number, and so is one that is slow at every try', async () => {
  expect(await ten(quick)).toEqual([])
  expect(await ten({ tookMs: 1, wrong: 'a bug' })).toEqual(['input 3: a bug'])
  expect(await ten({ tookMs: 5000, what: 'GET /x' })).toEqual(['input 3: 5000 ms: GET /x'])
  expect(await ten({ tookMs: 5000 }, { tookMs: 1, wrong: 'a bug' })).toEqual(['input 3: a bug'])
})

test('an input that was slow because the machine is busy is not reported', async () => {
  expect(await ten({ tookMs: 5000 }, quick)).toEqual([])
  expect(await ten({ tookMs: 5000 }, { tookMs: 500 }, 20)).toEqual([])
})

test('the error of a failed run ends with how to reproduce it', () => {
  expect(() => expectNoProblems([], 7)).not.toThrow()
  const wrong = ['input 41: a bug', 'input 52: another']
  expect(() => expectNoProblems(wrong, 7)).toThrow(
    /input 41: a bug\ninput 52: another\nFUZZ_SEED=7 makes them again, FUZZ_INPUT=41 the first alone$/,
  )
})
