import { afterAll, beforeAll, expect, test } from 'bun:test'
import { recordFigure } from '../goal-table.ts'
import { refused } from '../http/answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../http/client.ts'

/** The number of sign-ins of each kind. The kinds alternate, so that other load slows both. */
const rounds = 100
const limitMs = 5

let api: Api
let person: Person
beforeAll(async () => {
  api = await startTestApi({ env: { RATE_LIMIT: 'off' } })
  person = await api.person()
}, startLimitMs)
afterAll(() => api?.close())

const signIn = (username: string) => api.post('/user/login/', { username, password: 'a wrong password' })

test('an unknown name and a wrong password get the same answer except for date and request id', async () => {
  const [known, unknown] = [await signIn(person.name), await signIn('nobody has this name')]
  expect(refused(unknown)).toEqual(refused(known))
  const comparable = ({ headers }: typeof known) =>
    [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  expect(comparable(unknown)).toEqual(comparable(known))
})

test('an unknown name and a wrong password take the same time: the medians differ by less than 5 ms', async () => {
  const took = async (username: string) => {
    const startMs = performance.now()
    await signIn(username)
    return performance.now() - startMs
  }
  const known: number[] = []
  const unknown: number[] = []
  for (let i = 0; i < rounds; i++) {
    known.push(await took(person.name))
    unknown.push(await took(`nobody ${i}`))
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length / 2]!
  const differenceMs = Math.abs(median(known) - median(unknown))
  recordFigure(
    'S-11 unknown name and wrong password',
    `< ${limitMs} ms apart`,
    `${differenceMs.toFixed(2)} ms of ${median(known).toFixed(0)}`,
  )
  expect(differenceMs).toBeLessThan(limitMs)
}, 120_000)
