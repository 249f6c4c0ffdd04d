import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { OpenApi } from '../../web-srv/src/api-docs/openapi.ts'
import { namesOf } from '../checked-api.ts'
import { longOrShort } from '../faults/run-length.ts'
import { recordFigure } from '../goal-table.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'
import { type Random, seededRandom } from '../seeded-random.ts'
import { mutate, nastyText, noise, pick } from './mutate.ts'
import { expectNoProblems, fuzzSeed, gaveUpMs, type Outcome, runInputs } from './run-inputs.ts'

const count = longOrShort(10_000, 600)
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

/** Sends a request. Its outcome is wrong if it gets a 5xx other than 503, or no answer. */
async function ask(path: string, init: RequestInit): Promise<Outcome> {
  const startMs = performance.now()
  const what = `${init.method} ${path.slice(0, 300)}`
  try {
    const answer = await fetch(`${api.stack.base}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      ...init,
    })
    const text = await answer.text()
    const isServerError = answer.status >= 500 && answer.status !== 503
    const isUnavailable = answer.status === 200 && /"status_code":1[,}]/.test(text)
    const tookMs = isUnavailable ? gaveUpMs : performance.now() - startMs
    return { wrong: isServerError ? `${what}: ${answer.status} ${text.slice(0, 100)}` : undefined, tookMs, what }
  } catch (error) {
    return { wrong: `${what}: ${error}`, tookMs: performance.now() - startMs, what }
  }
}

/** A cheap request that uses all three services. */
const yardstick = () => api.get('/feed/', { token: person.token })

function request(random: Random): [string, RequestInit] {
  const [path, method, names] = pick(random, paths)
  const fields = new URLSearchParams()
  for (const name of [...names, 'token']) {
    if (random() < 0.75) fields.append(name, name === 'token' && random() < 0.7 ? person.token : nastyText(random))
    if (random() < 0.05) fields.append(name, nastyText(random))
  }
  const at = path.replace(
    /\{\w+\}/g,
    () => encodeURIComponent(nastyText(random).replace(/[\ud800-\udfff]/g, '')) || 'x',
  )
  const verb =
    random() < 0.95 ? method.toUpperCase() : pick(random, ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])
  if (verb === 'GET' || verb === 'HEAD' || random() < 0.5) return [`${at}?${fields}`, { method: verb }]
  const json = JSON.stringify(
    Object.fromEntries([...fields].map(([key, value]) => [key, random() < 0.8 ? value : [value, { value }]])),
  )
  const bodies: [string, string | Uint8Array<ArrayBuffer>][] = [
    ['application/x-www-form-urlencoded', fields.toString()],
    ['application/json', json],
    ['application/json', mutate(random, Buffer.from(json))],
    ['text/plain', noise(random, Math.floor(random() * 2000))],
    [nastyText(random).replace(/[^\x20-\x7e]/g, ''), fields.toString()],
  ]
  const [type, body] = pick(random, bodies)
  return [at, { method: verb, body, headers: type ? { 'content-type': type } : {} }]
}

test('random requests to every described endpoint are answered in time and without a server error, and no process exits', async () => {
  const before = pids()
  const runInput = (i: number) => ask(...request(seededRandom(seed * 100_003 + i)))
  const wrong = await runInputs({ count, concurrency, longestMs, runInput, yardstick })
  recordFigure('R-17 HTTP', '0 crashes, hangs, 5xx', `${wrong.length} of ${count}, seed ${seed}`)
  expectNoProblems(wrong, seed)
  expect(pids()).toEqual(before)
}, 600_000)

test('mutated multipart forms are answered in time and without a server error', async () => {
  const film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  const head = (name: string, more = '') => `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
  const form = Buffer.concat([
    Buffer.from(`${head('data', '; filename="a.mp4"')}`),
    film,
    Buffer.from(`\r\n${head('token')}${person.token}\r\n${head('title')}fuzz\r\n--x--\r\n`),
  ])
  const before = pids()
  const runInput = (i: number) => {
    const random = seededRandom(seed * 200_003 + i)
    const path = random() < 0.8 ? '/douyin/publish/action/' : '/douyin/user/update/'
    const type =
      random() < 0.9
        ? 'multipart/form-data; boundary=x'
        : `multipart/form-data; boundary=${nastyText(random).replace(/[^\x20-\x7e]/g, '')}`
    return ask(path, { method: 'POST', body: mutate(random, form), headers: { 'content-type': type } })
  }
  const wrong = await runInputs({ count, concurrency, longestMs, runInput, yardstick })
  recordFigure('R-17 multipart', '0 crashes, hangs, 5xx', `${wrong.length} of ${count}, seed ${seed}`)
  expectNoProblems(wrong, seed)
  expect(pids()).toEqual(before)
}, 900_000)
