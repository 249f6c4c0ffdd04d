import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { type Api, api, ok } from './api.ts'
import { everyEndpoint, failed, makeWorld, requestAll, type Timed, type World } from './endpoints.ts'
import { type OwnServer, ownServer } from './own-server.ts'
import { isStopped } from './process-state.ts'
import { type Stack, startStack, until } from './stack.ts'

const answerLimitMs = 6000
let server: OwnServer
let stack: Stack
let folder: string
let http: Api
let world: World
/** The time to draw a cover on this machine. It is added to the limit, since it is no wait for the database. */
let drawingMs: number

beforeAll(async () => {
  folder = await makeFolder()
  server = await ownServer()
  stack = await startStack({ databases: server.databases, env: { LOG_LEVEL: 'silent' } })
  http = api(stack.base)
  world = await makeWorld(http, Bun.file(await clip(folder, 'front.mp4')))
  const inHealth = await requestAll(everyEndpoint(http, world))
  expect(failed(inHealth)).toEqual([])
  drawingMs = inHealth.find(({ name }) => name === 'publish/action')!.ms
}, 60_000)

afterAll(async () => {
  server?.process().kill('SIGCONT')
  await stack?.stop()
  await server?.stop()
  if (folder) await removeFolder(folder)
})

const worksAgain = async () => failed(await requestAll(everyEndpoint(http, world))).length === 0
const late = (results: Timed[]) =>
  results.filter(({ name, answer, ms }) => {
    const limitMs = answerLimitMs + (name === 'publish/action' ? drawingMs : 0)
    return !answer || ms > limitMs
  })
const exits = () => Object.values(stack.processes).map((one) => one.exitCode)

test('if the database hangs, registrations in flight are answered within 6 s', async () => {
  const { register } = everyEndpoint(http, world)
  // When the first is answered, the others have looked up their name and wait in the queue for password hashing.
  const eight = Array.from({ length: 8 }, () => requestAll({ register: register! }))
  await Promise.race(eight)
  server.process().kill('SIGSTOP')
  await until(() => isStopped(server.process().pid))
  expect(late((await Promise.all(eight)).flat())).toEqual([])
}, 30_000)

test('if the database hangs, every endpoint answers within 6 s', async () => {
  expect(late(await requestAll(everyEndpoint(http, world)))).toEqual([])
}, 30_000)

test('if the database hangs, a request that arrives after many others is answered within 6 s too', async () => {
  const { register, login, ...others } = everyEndpoint(http, world)
  const earlier = Array.from({ length: 5 }, () => requestAll(others))
  const results = (await Promise.all([...earlier, requestAll({ register: register!, login: login! })])).flat()
  expect(results.filter(({ answer }) => answer?.status_code === 0)).toEqual([])
  expect(late(results)).toEqual([])
}, 30_000)

test('when the database continues, every endpoint succeeds within 5 s', async () => {
  server.process().kill('SIGCONT')
  await until(worksAgain)
  expect(exits()).toEqual([null, null, null])
}, 30_000)

test('when a killed database is started again, every endpoint succeeds within 5 s without a restart of a service', async () => {
  const killed = server.process()
  killed.kill('SIGKILL')
  await killed.exited
  expect(killed.signalCode).toBe('SIGKILL')
  const without = await requestAll(everyEndpoint(http, world))
  expect(without.filter(({ answer }) => !answer || answer.status_code === 0)).toEqual([])
  expect(await server.restart()).toMatch(/crash recovery/i)
  await until(worksAgain)
  expect(exits()).toEqual([null, null, null])
  expect(ok(await http.get('/douyin/feed/')).video_list.some(({ id }) => id === world.videoId)).toBe(true)
}, 60_000)
