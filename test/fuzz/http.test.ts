import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { OpenApi } from '../../web-srv/src/api-docs/openapi.ts'
import { dice, type Roll } from '../dice.ts'
import { inLong } from '../faults/long.ts'
import { note } from '../goals.ts'
import { namesOf } from '../held-api.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'
import { mutate, nastyText, noise, pick } from './mutate.ts'
import { demandNone, fuzzSeed, never, type Outcome, tries } from './tries.ts'

const count = inLong(10_000, 600)
const seed = fuzzSeed()
const longestMs = 2000
const concurrency = 8

let api: Api
let person: Person
let paths: [path: string, method: string, names: string[]][]
beforeAll(async () => {
  api = await startTestApi({ env: { ...paintedCovers.env, LOG_LEVEL: 'fatal' } })
  person = await api.person()
  await api.video(person)
  const described = (await (await fetch(`${api.stack.base}/openapi.json`)).json()) as OpenApi
  paths = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, string, string[]] => [path, method, namesOf(one)]),
  )
}, startLimitMs)
afterAll(() => api?.close())

const pids = () => Object.values(api.stack.processes).map(({ pid, exitCode }) => [pid, exitCode])

/** What is wrong with the answer, if anything: an error of ours, or none at all. */
async function ask(path: string, init: RequestInit): Promise<Outcome> {
  const begun = performance.now()
  const what = `${init.method} ${path.slice(0, 300)}`
  try {
    const answer = await fetch(`${api.stack.base}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      ...init,
    })
    const text = await answer.text()
    const isOurs = answer.status >= 500 && answer.status !== 503
    const isUnavailable = answer.status === 200 && /"status_code":1[,}]/.test(text)
    const tookMs = isUnavailable ? never : performance.now() - begun
    return { wrong: isOurs ? `${what}: ${answer.status} ${text.slice(0, 100)}` : undefined, tookMs, what }
  } catch (error) {
    return { wrong: `${what}: ${error}`, tookMs: performance.now() - begun, what }
  }
}

/** A question that all three services answer at once. */
const yardstick = () => api.get('/feed/', { token: person.token })

function request(roll: Roll): [string, RequestInit] {
  const [path, method, names] = pick(roll, paths)
  const given = new URLSearchParams()
  for (const name of [...names, 'token']) {
    if (roll() < 0.75) given.append(name, name === 'token' && roll() < 0.7 ? person.token : nastyText(roll))
    if (roll() < 0.05) given.append(name, nastyText(roll))
  }
  const at = path.replace(/\{\w+\}/g, () => encodeURIComponent(nastyText(roll).replace(/[\ud800-\udfff]/g, '')) || 'x')
  const verb =
    roll() < 0.95 ? method.toUpperCase() : pick(roll, ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])
  if (verb === 'GET' || verb === 'HEAD' || roll() < 0.5) return [`${at}?${given}`, { method: verb }]
  const json = JSON.stringify(
    Object.fromEntries([...given].map(([key, value]) => [key, roll() < 0.8 ? value : [value, { value }]])),
  )
  const bodies: [string, string | Uint8Array<ArrayBuffer>][] = [
    ['application/x-www-form-urlencoded', given.toString()],
    ['application/json', json],
    ['application/json', mutate(roll, Buffer.from(json))],
    ['text/plain', noise(roll, Math.floor(roll() * 2000))],
    [nastyText(roll).replace(/[^\x20-\x7e]/g, ''), given.toString()],
  ]
  const [type, body] = pick(roll, bodies)
  return [at, { method: verb, body, headers: type ? { 'content-type': type } : {} }]
}

test('requests of nonsense, made from the description of the API, are answered: no error of ours, none late, no process ended', async () => {
  const before = pids()
  const one = (i: number) => ask(...request(dice(seed * 100_003 + i)))
  const wrong = await tries({ count, concurrency, longestMs, one, yardstick })
  note('R-17 HTTP', '0 crashes, hangs, 5xx', `${wrong.length} of ${count}, seed ${seed}`)
  demandNone(wrong, seed)
  expect(pids()).toEqual(before)
}, 600_000)

test('forms in parts, broken anywhere, are answered', async () => {
  const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  const head = (name: string, more = '') => `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const form = Buffer.concat([
    Buffer.from(`${head('data', '; filename="a.mp4"')}`),
    film,
    Buffer.from(`\r\n${head('token')}${person.token}\r\n${head('title')}fuzz\r\n--x--\r\n`),
  ])
  const before = pids()
  const one = (i: number) => {
    const roll = dice(seed * 200_003 + i)
    const path = roll() < 0.8 ? '/douyin/publish/action/' : '/douyin/user/update/'
    const type =
      roll() < 0.9
        ? 'multipart/form-data; boundary=x'
        : `multipart/form-data; boundary=${nastyText(roll).replace(/[^\x20-\x7e]/g, '')}`
    return ask(path, { method: 'POST', body: mutate(roll, form), headers: { 'content-type': type } })
  }
  const wrong = await tries({ count, concurrency, longestMs, one, yardstick })
  note('R-17 multipart', '0 crashes, hangs, 5xx', `${wrong.length} of ${count}, seed ${seed}`)
  demandNone(wrong, seed)
  expect(pids()).toEqual(before)
}, 900_000)
