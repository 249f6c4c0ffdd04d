import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { type Api, api, ok } from '../api.ts'
import { askAll, everyEndpoint, failed, makeWorld, type World } from '../endpoints.ts'
import { note } from '../goals.ts'
import { clip } from '../http/clips.ts'
import { type Line, openLine } from '../line.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { type Stack, startStack, until } from '../stack.ts'
import { inLong } from './long.ts'

/** What web-srv gives a call, those that hash a password apart, and what is allowed on top. */
const deadlineMs = 4000
const passwordMs = 8000
const slackMs = 200

let server: OwnServer
let stack: Stack
let toUser: Line
let toFeed: Line
let http: Api
let world: World
beforeAll(async () => {
  server = await ownServer()
  // The lines have to be there first, and know where to go later.
  ;[toUser, toFeed] = await Promise.all([openLine('later:0'), openLine('later:0')])
  const env = {
    LOG_LEVEL: 'silent',
    FFMPEG_PATH: 'none',
    USER_GRPC_ADDRESS: toUser.address,
    FEED_GRPC_ADDRESS: toFeed.address,
  }
  stack = await startStack({
    databases: server.databases,
    env,
    onPorts({ user, feed }) {
      toUser.leadTo(user)
      toFeed.leadTo(feed)
    },
  })
  http = api(stack.base)
  world = await makeWorld(http, await clip('tiny.mp4'))
}, 60_000)
afterAll(async () => {
  server?.process().kill('SIGCONT')
  await stack?.stop()
  await server?.stop()
  await Promise.all([toUser?.close(), toFeed?.close()])
})

const worksAgain = async () => failed(await askAll(everyEndpoint(http, world))).length === 0

/** From now until every endpoint succeeds, ms. */
async function recovery(limitMs: number): Promise<number> {
  const begun = performance.now()
  await until(worksAgain, limitMs)
  return performance.now() - begun
}

test('a frozen database: every answer comes within its deadline', async () => {
  const frozen = server.process()
  frozen.kill('SIGSTOP')
  await until(async () => /^State:\s+T/m.test(await Bun.file(`/proc/${frozen.pid}/status`).text()))
  // Also those who come while others wait already: they must not wait for them first.
  const askAfter = (ms: number) => Bun.sleep(ms).then(() => askAll(everyEndpoint(http, world)))
  const asked = (await Promise.all([0, 100, 200, 1000].map(askAfter))).flat()
  frozen.kill('SIGCONT')
  const slow = /login|register/
  const longest = (some: typeof asked) => Math.max(...some.map(({ ms }) => ms))
  const passwords = longest(asked.filter(({ name }) => slow.test(name)))
  const others = longest(asked.filter(({ name }) => !slow.test(name)))
  note(
    'R-7 frozen database',
    `<= ${deadlineMs + slackMs} ms`,
    `longest ${others.toFixed(0)} ms; passwords ${passwords.toFixed(0)} of ${passwordMs + slackMs}`,
  )
  expect(others).toBeLessThanOrEqual(deadlineMs + slackMs)
  expect(passwords).toBeLessThanOrEqual(passwordMs + slackMs)
  await until(worksAgain, 10_000)
}, 60_000)

test('a database killed and back: all works within 2 s, and no service was started again', async () => {
  const victim = server.process()
  victim.kill('SIGKILL')
  await victim.exited
  expect(victim.signalCode).toBe('SIGKILL')
  expect(failed(await askAll(everyEndpoint(http, world))).length).toBeGreaterThan(5)
  expect(await server.restart()).toMatch(/crash recovery/i)
  const ms = await recovery(10_000)
  note('R-12 database restarted', '<= 2000 ms', `${ms.toFixed(0)} ms`)
  expect(ms).toBeLessThanOrEqual(2000)
  expect(Object.values(stack.processes).map(({ exitCode }) => exitCode)).toEqual([null, null, null])
}, 60_000)

test.each(['user-srv', 'feed-srv'] as const)(
  'a line to %s that swallows all: every answer comes in time, and it heals within 5 s',
  async (name) => {
    const line = name === 'user-srv' ? toUser : toFeed
    line.swallow()
    const end = performance.now() + inLong(30_000, 5000)
    let rounds = 0
    do {
      const asked = await askAll(everyEndpoint(http, world))
      expect(asked.filter(({ ms }) => ms > passwordMs + slackMs)).toEqual([])
      rounds++
    } while (performance.now() < end)
    line.up()
    const ms = await recovery(10_000)
    note(`R-18 ${name} out of reach`, 'heals <= 5000 ms', `${ms.toFixed(0)} ms after ${rounds} rounds`)
    expect(ms).toBeLessThanOrEqual(5000)
  },
  120_000,
)

test('a line that is slow and uneven loses nothing', async () => {
  toUser.slow(20, 30)
  toFeed.slow(20, 30)
  for (let i = 0; i < inLong(10, 2); i++) expect(failed(await askAll(everyEndpoint(http, world)))).toEqual([])
  toUser.up()
  toFeed.up()
}, 60_000)

test('replies that are cut in their middle: the switches and reads are made again, and all works', async () => {
  const rounds = inLong(100, 15)
  for (let i = 0; i < rounds; i++) {
    toFeed.cutAfterReply(200 + 37 * i)
    await http.get('/douyin/feed/', { token: world.anna.token, latest_time: 4e12 + i })
  }
  toFeed.cutAfterReply(Number.POSITIVE_INFINITY)
  expect(toFeed.cutReplies()).toBeGreaterThan(0)
  await until(worksAgain, 5000)
  note('connections cut in a reply', 'all works', `${toFeed.cutReplies()} cut`)
}, 60_000)

test('nothing was left behind by all of that: no temporary file, and every count right', async () => {
  expect(await readdir(`${stack.mediaDir}/tmp`)).toEqual([])
  const env = {
    PATH: process.env.PATH,
    USER_DATABASE_URL: server.databases[0].url,
    FEED_DATABASE_URL: server.databases[1].url,
    MEDIA_DIR: stack.mediaDir,
  }
  const doctor = () =>
    Bun.spawnSync([process.execPath, 'one-box/main.ts', 'doctor'], { cwd: `${import.meta.dir}/../..`, env })
  let said = ''
  await until(async () => {
    const { exitCode, stdout } = doctor()
    said = stdout.toString()
    return exitCode === 0
  }, 10_000).catch(() => {})
  expect(said).not.toContain('WRONG')
  expect(said).toContain('good ')
  ok(await http.get('/douyin/feed/'))
}, 60_000)
