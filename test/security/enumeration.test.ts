import { afterAll, beforeAll, expect, test } from 'bun:test'
import { note } from '../goals.ts'
import { refused } from '../http/answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../http/client.ts'

/** Of each kind, in turns, so that what else the machine does slows both. */
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

test('an unknown name and a wrong password get the same answer, but for its date and id', async () => {
  const [known, unknown] = [await signIn(person.name), await signIn('nobody has this name')]
  expect(refused(unknown)).toEqual(refused(known))
  const told = ({ headers }: typeof known) => [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  expect(told(unknown)).toEqual(told(known))
})

test('and in the same time: the medians lie less than 5 ms apart', async () => {
  const took = async (username: string) => {
    const begun = performance.now()
    await signIn(username)
    return performance.now() - begun
  }
  const known: number[] = []
  const unknown: number[] = []
  for (let i = 0; i < rounds; i++) {
    known.push(await took(person.name))
    unknown.push(await took(`nobody ${i}`))
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length / 2]!
  const apart = Math.abs(median(known) - median(unknown))
  note(
    'S-11 unknown name and wrong password',
    `< ${limitMs} ms apart`,
    `${apart.toFixed(2)} ms of ${median(known).toFixed(0)}`,
  )
  expect(apart).toBeLessThan(limitMs)
}, 120_000)
