import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import type { VideoView } from '../web-srv/src/views.ts'
import { api, ok } from './api.ts'
import { type BareRoot, bareRoot, canMakeRoots } from './bare-root.ts'
import { dayAt, goodDay } from './day.ts'
import { executables } from './executables.ts'
import { type FreshDatabase, freshDatabase } from './mysql.ts'
import { type OneBox, startOneBox } from './one-box.ts'
import { type Stack, startStack, until } from './stack.ts'

/** Missing files that do no harm: libc and Bun work without them, an engine mounts them, or web-srv creates them. */
const optional =
  /^\/(etc|etc\/(gai\.conf|ld\.so\..*|localtime)|lib\/.*\/libc\.so\.6|lib\/.*-gnu\/.*|usr\/share\/zoneinfo\/|sys\/.*|media\/.*)$/

/** Nothing listens on port 1: only root may. */
const nobodysPorts = { USER_GRPC_PORT: '1', FEED_GRPC_PORT: '1', WEB_PORT: '1' }

let root: BareRoot | undefined
let databases: [user: FreshDatabase, feed: FreshDatabase]
let stack: Stack
let environment: Record<string, string>
let mediaDir: string
/** The command that runs an executable as the stack does. */
let command: (name: string, mediaDir: string, ...words: string[]) => string[]
/** Database URL and media folder as the executable sees them, which may run in another root. */
let inRoot: { url(one: FreshDatabase): string; media(folder: string): string }

beforeAll(async () => {
  const folder = await executables()
  mediaDir = await makeFolder()
  databases = await Promise.all([freshDatabase(), freshDatabase()])
  const [user, feed] = databases.map(({ url }) => url)
  environment = { USER_DATABASE_URL: user!, FEED_DATABASE_URL: feed! }
  command = (name, _, ...words) => [join(folder, name), ...words]
  inRoot = { url: ({ url }) => url, media: (folder) => folder }
  if (canMakeRoots) {
    root = await bareRoot(folder, new URL(user!).searchParams.get('socketPath') ?? '')
    command = root.command
    inRoot = { url: ({ url }) => root!.databaseUrl(url), media: () => '/media' }
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

test('the executables create the tables of a new database, without a shell or a source file', async () => {
  for (const name of ['user-srv', 'feed-srv']) {
    expect(await run(name, ['migrate'])).toEqual({ code: 0, output: `${name}: the tables are up to date\n` })
  }
})

test('the tests of a user’s day pass on the executables as uid 65532, with a minimal root that is read-only but for the media', async () => {
  stack = await startStack({ command, databases, env: environment })
  expect(await dayAt(stack.base)).toMatch(goodDay)
}, 60_000)

test('the healthcheck command of each executable reports whether its service is ready', async () => {
  const port = (address: string) => address.split(':').at(-1)!
  const ports = {
    'user-srv': { USER_GRPC_PORT: port(stack.userAddress) },
    'feed-srv': { FEED_GRPC_PORT: port(stack.feedAddress) },
    'web-srv': { WEB_PORT: port(stack.base) },
  }
  for (const [name, env] of Object.entries(ports)) {
    expect([name, (await run(name, ['healthcheck'], env)).code]).toEqual([name, 0])
    expect([name, (await run(name, ['healthcheck'], nobodysPorts)).code]).toEqual([name, 1])
  }
})

describe('one-box, on the installation that was used before', () => {
  let other: { databases: [user: FreshDatabase, feed: FreshDatabase]; mediaDir: string }
  let box: OneBox | undefined
  beforeAll(async () => {
    other = { databases: [await freshDatabase(), await freshDatabase()], mediaDir: await makeFolder() }
  })
  afterAll(async () => {
    await box?.stop()
    await removeFolder(other.mediaDir)
    await Promise.all(other.databases.map((one) => one.drop()))
  })

  const original = () => ({ databases, mediaDir: stack.mediaDir })
  const settings = ({ databases: [user, feed], mediaDir }: typeof other) => ({
    USER_DATABASE_URL: inRoot.url(user),
    FEED_DATABASE_URL: inRoot.url(feed),
    MEDIA_DIR: inRoot.media(mediaDir),
  })
  const runOps = (on: typeof other, ...words: string[]) => run('one-box', words, settings(on), on.mediaDir)
  const backupIn = ({ mediaDir }: typeof other) => join(inRoot.media(mediaDir), 'backup')

  test('doctor reports that nothing is wrong, and reports damage when there is some', async () => {
    await until(async () => (await runOps(original(), 'doctor')).code === 0, 20_000)
    const wrong = (by: number) => databases[1].query('update author set work_count = work_count + ?', [by])
    await wrong(1)
    expect(await runOps(original(), 'doctor')).toEqual({ code: 1, output: expect.stringContaining('WRONG work_count') })
    await wrong(-1)
    expect(await runOps(original(), 'doctor')).toEqual({ code: 0, output: expect.not.stringContaining('WRONG') })
  }, 60_000)

  test('backup and restore copy it to an empty machine, where one-box serves the same videos', async () => {
    expect(await runOps(original(), 'backup', backupIn(original()))).toMatchObject({ code: 0 })
    await rename(join(stack.mediaDir, 'backup'), join(other.mediaDir, 'backup'))
    expect(await runOps(other, 'restore', backupIn(other))).toEqual({
      code: 0,
      output: expect.stringMatching(/[1-9]\d* files are back/),
    })
    box = await startOneBox({
      command: command('one-box', other.mediaDir, 'serve'),
      databases: other.databases,
      env: { ...environment, ...settings(other) },
    })
    const [before, after] = await Promise.all([stack.base, box.base].map(shown))
    const video = after![0]!.play_url
    expect([before!.length > 0, after!.map(facts)]).toEqual([true, before!.map(facts)])
    expect((await fetch(video)).status).toBe(200)
  }, 60_000)

  const shown = async (base: string) => ok(await api(base).get('/douyin/feed/')).video_list
  const facts = ({ id, title, author, favorite_count, comment_count }: VideoView) => ({
    ...{ id, title, favorite_count, comment_count },
    author: author.name,
  })
})

test('the executables exit with code 0 on SIGTERM', async () => {
  for (const one of Object.values(stack.processes)) one.kill('SIGTERM')
  expect(await Promise.all(Object.values(stack.processes).map((one) => one.exited))).toEqual([0, 0, 0])
})

test.skipIf(!canMakeRoots)('the executables need no file that is not in the minimal root', async () => {
  expect((await root!.missed()).filter((path) => !optional.test(path))).toEqual([])
})

async function run(name: string, words: string[], env = {}, folder = mediaDir) {
  const child = Bun.spawn(command(name, folder, ...words), {
    env: { ...process.env, ...environment, ...env },
    stderr: 'inherit',
  })
  return { output: await new Response(child.stdout).text(), code: await child.exited }
}
