import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { type BareRoot, bareRoot, canMakeRoots } from './bare-root.ts'
import { executables } from './build.ts'
import { dayAt, goodDay } from './day.ts'
import { type FreshDatabase, freshDatabase } from './mysql.ts'
import { type Stack, startStack } from './stack.ts'

/** What libc and Bun look for and do without, what an engine mounts, and new folders of the media. */
const optional =
  /^\/(etc|etc\/(gai\.conf|ld\.so\..*|localtime)|lib\/.*\/libc\.so\.6|lib\/.*-gnu\/.*|usr\/share\/zoneinfo\/|sys\/.*|media\/.*)$/

/** What needs root to listen on, and nobody does. */
const nobodysPorts = { USER_GRPC_PORT: '1', FEED_GRPC_PORT: '1', WEB_PORT: '1' }

let root: BareRoot | undefined
let databases: [user: FreshDatabase, feed: FreshDatabase]
let stack: Stack
let environment: Record<string, string>
let mediaDir: string
/** Runs an executable as the stack does. */
let command: (name: string, mediaDir: string, word?: string) => string[]

beforeAll(async () => {
  const folder = await executables()
  mediaDir = await makeFolder()
  databases = await Promise.all([freshDatabase(), freshDatabase()])
  const [user, feed] = databases.map(({ url }) => url)
  environment = { USER_DATABASE_URL: user!, FEED_DATABASE_URL: feed! }
  command = (name, _, word = 'serve') => [join(folder, name), word]
  if (canMakeRoots) {
    root = await bareRoot(folder, new URL(user!).searchParams.get('socketPath') ?? '')
    command = root.command
    environment = {
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      FFMPEG_PATH: 'none',
      MEDIA_DIR: '/media',
      USER_DATABASE_URL: root.databaseUrl(user!),
      FEED_DATABASE_URL: root.databaseUrl(feed!),
    }
  }
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await removeFolder(mediaDir)
  await Promise.all(databases?.map((one) => one.drop()) ?? [])
})

test('the executables make the tables of a new database, without a shell or a source', async () => {
  for (const name of ['user-srv', 'feed-srv']) {
    expect(await run(name, 'migrate')).toEqual({ code: 0, said: `${name}: the tables are up to date\n` })
  }
})

test('a person’s day passes on them: uid 65532, all of the root read-only but the media, nothing else in it', async () => {
  stack = await startStack({ command, databases, env: environment })
  expect(await dayAt(stack.base)).toMatch(goodDay)
}, 60_000)

test('each tells by its own command whether it serves', async () => {
  const port = (address: string) => address.split(':').at(-1)!
  const ports = {
    'user-srv': { USER_GRPC_PORT: port(stack.userAddress) },
    'feed-srv': { FEED_GRPC_PORT: port(stack.feedAddress) },
    'web-srv': { WEB_PORT: port(stack.base) },
  }
  for (const [name, env] of Object.entries(ports)) {
    expect([name, (await run(name, 'healthcheck', env)).code]).toEqual([name, 0])
    expect([name, (await run(name, 'healthcheck', nobodysPorts)).code]).toEqual([name, 1])
  }
})

test('they stop with code 0 on SIGTERM', async () => {
  for (const one of Object.values(stack.processes)) one.kill('SIGTERM')
  expect(await Promise.all(Object.values(stack.processes).map((one) => one.exited))).toEqual([0, 0, 0])
})

test.skipIf(!canMakeRoots)('they asked for no file that is not in the root', async () => {
  expect((await root!.missed()).filter((path) => !optional.test(path))).toEqual([])
})

async function run(name: string, word: string, env = {}) {
  const child = Bun.spawn(command(name, mediaDir, word), {
    env: { ...process.env, ...environment, ...env },
    stderr: 'inherit',
  })
  return { said: await new Response(child.stdout).text(), code: await child.exited }
}
