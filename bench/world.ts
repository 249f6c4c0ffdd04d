import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PrivateDatabase, startDatabase } from '../dev/database.ts'
import { freePorts } from '../test/stack.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { fill, type Scale } from './fill.ts'
import { killOnStop, type Started, startProcess, type Watched } from './processes.ts'

/** The state that all scenarios share: a filled database, the executables and a temporary folder. */
export interface World {
  scale: Scale
  dir: string
  database: PrivateDatabase
  executables: string
  /** A file with the tokens of the first thousand users, one per line. */
  tokensFile: string
  /** The same tokens, by user id minus 1. */
  tokens: string[]
  /** The tokens of the first 10,000 users. */
  viewerTokens: string[]
  stop(): Promise<void>
}

/** The services that a scenario has started. */
export interface StartedServices {
  base: string
  watched: Watched[]
  stop(): Promise<void>
}

/** How many processes of each service to start, and how. */
export interface ServiceOptions {
  webs?: number
  users?: number
  feeds?: number
  env?: Record<string, string>
  /** Overrides the executables of the world. */
  executables?: string
  /** One process of one-box instead of three services. */
  oneBox?: boolean
  /** Binds each process to this core. */
  core?: number
}

const secret = 'a secret for the bench, of more than 32 bytes'
/** Users whose tokens the scenarios of the player use; most others use the first thousand. */
const maxViewers = 10_000
/** Full durability: each commit is synced to the redo log and the binlog before it is acknowledged. */
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
  killOnStop(database.process)
  const session = sessions(secret)
  const viewerTokens = await Promise.all(
    Array.from({ length: Math.min(maxViewers, scale.users) }, (_, i) => session.issue(i + 1)),
  )
  const tokens = viewerTokens.slice(0, 1000)
  const tokensFile = join(dir, 'tokens')
  await Bun.write(tokensFile, tokens.join('\n'))
  const world: World = {
    scale,
    dir,
    database,
    executables,
    tokensFile,
    tokens,
    viewerTokens,
    async stop() {
      await database.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
  try {
    const { stop } = await startServices(world, {})
    await stop()
    await fill(database, scale)
  } catch (error) {
    await world.stop()
    throw error
  }
  return world
}

export async function startServices(world: World, options: ServiceOptions): Promise<StartedServices> {
  const { oneBox = false, core, executables = world.executables } = options
  const { webs = 1, users = oneBox ? 0 : 1, feeds = oneBox ? 0 : 1 } = options
  // One call for all ports: a second call could return a port that is not bound yet. Each process also needs a metrics
  // port.
  const [webPort = 0, ...ports] = await freePorts(1 + 2 * (users + feeds) + webs)
  const userPorts = ports.splice(0, users)
  const feedPorts = ports.splice(0, feeds)
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
    ...options.env,
  }
  const base = `http://127.0.0.1:${webPort}`
  const start = async (name: string, more: Record<string, string>) => {
    const metricsPort = ports.pop()
    // Each service reads only its own setting.
    const metricsPorts = Object.fromEntries(
      ['WEB', 'USER', 'FEED'].map((service) => [`${service}_METRICS_PORT`, `${metricsPort}`]),
    )
    const pinned = core === undefined ? [] : ['taskset', '-c', String(core)]
    return startProcess([...pinned, join(executables, name)], { ...env, ...metricsPorts, ...more }, async () => true)
  }
  const feed = await Promise.all(feedPorts.map((port) => start('feed-srv', { FEED_GRPC_PORT: String(port) })))
  const user = await Promise.all(userPorts.map((port) => start('user-srv', { USER_GRPC_PORT: String(port) })))
  const web = await Promise.all(Array.from({ length: webs }, () => start(oneBox ? 'one-box' : 'web-srv', {})))
  await untilReady(base, [...feed, ...user, ...web])
  const pids = (processes: Started[]) => processes.map((process) => process.pid)
  return {
    base,
    watched: [
      { name: oneBox ? 'one-box' : 'web', pids: pids(web) },
      ...(oneBox
        ? []
        : [
            { name: 'user', pids: pids(user) },
            { name: 'feed', pids: pids(feed) },
          ]),
      { name: 'database', pids: [world.database.pid] },
    ],
    async stop() {
      for (const processes of [web, user, feed]) await Promise.all(processes.map((process) => process.stop()))
    },
  }
}

/** The gRPC target: one address, or a list over which gRPC balances the calls. */
function address(ports: number[]): string {
  const hosts = ports.map((port) => `127.0.0.1:${port}`)
  return hosts.length === 1 ? (hosts[0] ?? '') : `ipv4:${hosts.join(',')}`
}

async function untilReady(base: string, services: Started[]): Promise<void> {
  const deadlineMs = performance.now() + 30_000
  const ready = () =>
    fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
  while (!(await ready())) {
    const hasFailed = performance.now() > deadlineMs || services.some((service) => service.hasExited())
    if (hasFailed)
      throw new Error(`the services did not start: ${services.map((service) => service.output()).join('')}`)
    await Bun.sleep(20)
  }
}
