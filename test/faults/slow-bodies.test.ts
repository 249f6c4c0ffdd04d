import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { recordFigure } from '../goal-table.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { until } from '../stack.ts'

const connections = 1000
/** Long enough for the server to measure the duration of its requests. */
const askMs = 2500
/** The limit for a feed of another client. The slowdown is only printed, since test machines are busy. */
const longestMs = 2000

let api: Api
let person: Person
let idle: Feeds
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  person = await api.person()
  await feeds()
  idle = await feeds()
}, startLimitMs)
afterAll(() => api?.close())

interface Drips {
  open: Set<Socket>
  /** The bytes that the server sent on the connections that it closed. */
  answers: string[]
  stop(): void
}

/** Keeps 1000 connections open, each with a body that comes at one byte every 3 s. A closed one is reopened. */
function drip(path: string, addresses: string[]): Drips {
  const open = new Set<Socket>()
  const answers: string[] = []
  let stopped = false
  const port = Number(new URL(api.stack.base).port)
  const start = (i: number) => {
    if (stopped) return
    const socket = connect({ port, host: '127.0.0.1', localAddress: addresses[i % addresses.length]! })
    let received = ''
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received += bytes
    })
    socket.on('connect', () => {
      open.add(socket)
      socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000\r\n\r\n`)
    })
    const timer = setInterval(() => socket.write('a'), 3000)
    socket.on('close', () => {
      clearInterval(timer)
      open.delete(socket)
      answers.push(received)
      setTimeout(start, 100, i)
    })
  }
  for (let i = 0; i < connections; i++) start(i)
  return {
    open,
    answers,
    stop() {
      stopped = true
      for (const socket of open) socket.destroy()
    },
  }
}

interface Feeds {
  /** Answers that were no success. */
  bad: unknown[]
  p99Ms: number
  longestMs: number
}

/** Requests feed pages one after the other for `askMs`. */
async function feeds(): Promise<Feeds> {
  const bad: unknown[] = []
  const tookMs: number[] = []
  const endMs = performance.now() + askMs
  for (let i = 0; performance.now() < endMs; i++) {
    const startMs = performance.now()
    const { http, body } = await api.get('/feed/', { latest_time: 1 + i })
    tookMs.push(performance.now() - startMs)
    if (http !== 200 || body.status_code !== 0) bad.push([http, body.status_msg])
  }
  tookMs.sort((a, b) => a - b)
  return { bad, p99Ms: tookMs[Math.ceil(tookMs.length * 0.99) - 1]!, longestMs: tookMs.at(-1)! }
}

const many = Array.from({ length: 50 }, (_, i) => `127.0.1.${i + 1}`)

for (const [from, addresses] of [
  ['one address', ['127.0.0.9']],
  ['fifty addresses', many],
] as const)
  test.each([
    '/douyin/user/login/',
    '/douyin/favorite/action',
    '/douyin/publish/action/',
    '/douyin/user/update/',
    '/nope',
  ])(
    `with 1000 slow bodies from ${from} at %s, every feed of another client is answered within 2 s`,
    async (path) => {
      const drips = drip(path, [...addresses])
      try {
        // All have connected, and the server has closed those beyond its limit.
        await until(async () => drips.open.size + drips.answers.length >= connections, 20_000)
        const underLoad = await feeds()
        expect(underLoad.bad).toEqual([])
        expect(underLoad.longestMs).toBeLessThan(longestMs)
        // Other clients can still send bodies.
        const bodies = Array.from({ length: 20 }, () =>
          api.post('/user/login/', {}, { body: new URLSearchParams({ username: person.name, password: 'no' }) }),
        )
        for (const answer of await Promise.all(bodies)) expect([answer.http, answer.body.status_code]).toEqual([200, 3])
        recordFigure(
          `slow bodies from ${from} at ${path}`,
          'p99 < 2 x idle',
          `${drips.open.size} open; p99 ${underLoad.p99Ms.toFixed(1)} ms, idle ${idle.p99Ms.toFixed(1)} ms`,
        )
      } finally {
        drips.stop()
      }
    },
    60_000,
  )
