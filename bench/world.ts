import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PrivateDatabase, startDatabase } from '../dev/database.ts'
import { freePorts } from '../test/stack.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { fill, type Scale } from './fill.ts'
import { endWithUs, type Started, startProcess, type Watched } from './processes.ts'

/** What all scenarios share: a filled database, the executables and a folder for files. */
export interface World {
  scale: Scale
  dir: string
  database: PrivateDatabase
  executables: string
  /** Tokens of the first thousand users, one a line. */
  tokens: string
  tokenOf: string[]
  stop(): Promise<void>
}

/** The services as a scenario wants them. */
export interface Services {
  base: string
  watched: Watched[]
  stop(): Promise<void>
}

export interface Wanted {
  webs?: number
  users?: number
  feeds?: number
  env?: Record<string, string>
  /** Others than the world's. */
  executables?: string
}

const secret = 'a secret for the bench, of more than 32 bytes'
const viewers = 1000
/** As durable as a server should be: each commit is on the disk, in the log and in the binlog, before it is answered. */
const serverArgs = (scale: Scale) => [
  '--log-bin=bench-bin',
  '--sync-binlog=1',
  '--innodb-flush-log-at-trx-commit=1',
  `--innodb-buffer-pool-size=${scale.likes > 1e6 ? '2G' : '512M'}`,
  '--innodb-log-file-size=512M',
]

export async function makeWorld(scale: Scale, executables: string): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'douyin-bench-'))
  const database = await startDatabase(join(dir, 'database'), { serverArgs: serverArgs(scale) })
  endWithUs(database.process)
  const session = sessions(secret)
  const tokenOf = await Promise.all(
    Array.from({ length: Math.min(viewers, scale.users) }, (_, i) => session.issue(i + 1)),
  )
  const tokens = join(dir, 'tokens')
  await Bun.write(tokens, tokenOf.join('\n'))
  const world: World = {
    scale,
    dir,
    database,
    executables,
    tokens,
    tokenOf,
    async stop() {
      await database.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
  try {
    const { stop } = await startServices(world, {})
    await stop()
    await fill(world, scale)
  } catch (error) {
    await world.stop()
    throw error
  }
  return world
}

export async function startServices(world: World, wanted: Wanted): Promise<Services> {
  const { webs = 1, users = 1, feeds = 1, executables = world.executables } = wanted
  // All in one go, or one that is not bound yet would be given out twice. Each process has one for its metrics besides.
  const [webPort = 0, ...others] = await freePorts(1 + 2 * (users + feeds) + webs)
  const userPorts = others.splice(0, users)
  const feedPorts = others.splice(0, feeds)
  const media = join(world.dir, 'media')
  await mkdir(media, { recursive: true })
  const env = {
    NODE_ENV: 'production',
    USER_GRPC_ADDRESS: address(userPorts),
    FEED_GRPC_ADDRESS: address(feedPorts),
    USER_DATABASE_URL: world.database.url('bench_user'),
    FEED_DATABASE_URL: world.database.url('bench_feed'),
    GRPC_HOST: '127.0.0.1',
    WEB_PORT: String(webPort),
    MEDIA_DIR: media,
    JWT_SECRET: secret,
    GRPC_SECRET: secret,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'error',
    ...wanted.env,
  }
  const base = `http://127.0.0.1:${webPort}`
  const start = async (name: string, more: Record<string, string>) => {
    const metrics = others.pop()
    // Of these names only its own counts.
    const metricsPorts = Object.fromEntries(['WEB', 'USER', 'FEED'].map((one) => [`${one}_METRICS_PORT`, `${metrics}`]))
    return startProcess([join(executables, name)], { ...env, ...metricsPorts, ...more }, async () => true)
  }
  const feed = await Promise.all(feedPorts.map((port) => start('feed-srv', { FEED_GRPC_PORT: String(port) })))
  const user = await Promise.all(userPorts.map((port) => start('user-srv', { USER_GRPC_PORT: String(port) })))
  const web = await Promise.all(Array.from({ length: webs }, () => start('web-srv', {})))
  await untilReady(base, [...feed, ...user, ...web])
  const pids = (processes: Started[]) => processes.map((one) => one.pid)
  return {
    base,
    watched: [
      { name: 'web', pids: pids(web) },
      { name: 'user', pids: pids(user) },
      { name: 'feed', pids: pids(feed) },
      { name: 'database', pids: [world.database.pid] },
    ],
    async stop() {
      for (const processes of [web, user, feed]) await Promise.all(processes.map((one) => one.stop()))
    },
  }
}

/** Several are told to gRPC as one list, over which it spreads the calls. */
function address(ports: number[]): string {
  const hosts = ports.map((port) => `127.0.0.1:${port}`)
  return hosts.length === 1 ? (hosts[0] ?? '') : `ipv4:${hosts.join(',')}`
}

async function untilReady(base: string, services: Started[]): Promise<void> {
  const end = performance.now() + 30_000
  const ready = () =>
    fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
  while (!(await ready())) {
    const isOver = performance.now() > end || services.some((one) => one.hasEnded())
    if (isOver) throw new Error(`the services did not start: ${services.map((one) => one.said()).join('')}`)
    await Bun.sleep(20)
  }
}
