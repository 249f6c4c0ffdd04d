import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from '../executables.ts'
import { type FreshDatabase, freshDatabase } from '../mysql.ts'
import { freePorts, tokenSecret, until } from '../stack.ts'

type Kind = 'user-srv' | 'feed-srv' | 'web-srv'

/** One process. Its address stays the same after a restart. */
export interface Member {
  kind: Kind
  port: number
  process: Bun.Subprocess
  start(): void
  /** Starts it and waits until it has answered calls: a process that only listens may not get calls yet. */
  rejoin(): Promise<void>
}

/** Several processes of each service, with one pair of databases and one media folder. */
export interface Fleet {
  members: Member[]
  membersOf(kind: Kind): Member[]
  bases: string[]
  userDatabase: FreshDatabase
  feedDatabase: FreshDatabase
  mediaDir: string
  ready(limitMs?: number): Promise<void>
  stop(): Promise<void>
}

export interface FleetOptions {
  replicas: Record<Kind, number>
  databases?: [user: FreshDatabase, feed: FreshDatabase]
  env?: Record<string, string>
  /** Starts no process; the test starts them. */
  idle?: boolean
}

const root = join(import.meta.dir, '../..')
const kinds: Kind[] = ['feed-srv', 'user-srv', 'web-srv']

export async function startFleet({ replicas, databases, env = {}, idle = false }: FleetOptions): Promise<Fleet> {
  const [userDatabase, feedDatabase] = databases ?? [await freshDatabase(), await freshDatabase()]
  const mediaDir = await mkdtemp(join(tmpdir(), 'douyin-fleet-'))
  const count = kinds.reduce((sum, kind) => sum + replicas[kind], 0)
  const ports = await freePorts(2 * count)
  const metricsPorts = ports.splice(count)
  const portsOf = new Map(kinds.map((kind) => [kind, ports.splice(0, replicas[kind])]))
  const addressOf = (kind: Kind) =>
    `ipv4:${portsOf
      .get(kind)!
      .map((port) => `127.0.0.1:${port}`)
      .join(',')}`
  const environment = {
    ...process.env,
    USER_GRPC_ADDRESS: addressOf('user-srv'),
    FEED_GRPC_ADDRESS: addressOf('feed-srv'),
    USER_DATABASE_URL: userDatabase.url,
    FEED_DATABASE_URL: feedDatabase.url,
    MEDIA_DIR: mediaDir,
    JWT_SECRET: tokenSecret,
    FFMPEG_PATH: 'none',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  }

  function member(kind: Kind, port: number): Member {
    const metricsPort = String(metricsPorts.pop())
    const spawn = () =>
      Bun.spawn(programOf(kind), {
        cwd: root,
        env: { ...environment, [portSettings[kind]]: String(port), [metricsSettings[kind]]: metricsPort },
        stdout: 'ignore',
        stderr: 'inherit',
      })
    const one: Member = {
      kind,
      port,
      process: idle ? Bun.spawn(['true']) : spawn(),
      start() {
        one.process = spawn()
      },
      async rejoin() {
        one.start()
        await until(() => hasWork(`http://127.0.0.1:${metricsPort}/metrics`), rejoinLimitMs)
      },
    }
    return one
  }

  const members = kinds.flatMap((kind) => portsOf.get(kind)!.map((port) => member(kind, port)))
  const bases = portsOf.get('web-srv')!.map((port) => `http://127.0.0.1:${port}`)
  const fleet: Fleet = {
    members,
    membersOf: (kind) => members.filter((one) => one.kind === kind),
    bases,
    userDatabase,
    feedDatabase,
    mediaDir,
    async ready(limitMs = 30_000) {
      const areReady = async () => (await Promise.all(bases.map(isReady))).every(Boolean)
      await until(areReady, limitMs)
    },
    async stop() {
      for (const one of members) one.process.kill('SIGKILL')
      await Promise.all(members.map((one) => one.process.exited))
      await rm(mediaDir, { recursive: true, force: true })
      if (!databases) await Promise.all([userDatabase.drop(), feedDatabase.drop()])
    },
  }
  if (!idle) await fleet.ready()
  return fleet
}

/** Whether it has answered more than a few requests or calls, health checks excluded. */
async function hasWork(metrics: string): Promise<boolean> {
  const text = await fetch(metrics).then(
    (answer) => answer.text(),
    () => '',
  )
  const counts = [...text.matchAll(/^douyin_(?:rpc|http)_requests_total\{.*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0) > minAnswered
}

const minAnswered = 10
const rejoinLimitMs = 30_000
const metricsSettings = {
  'user-srv': 'USER_METRICS_PORT',
  'feed-srv': 'FEED_METRICS_PORT',
  'web-srv': 'WEB_METRICS_PORT',
}
const portSettings = { 'user-srv': 'USER_GRPC_PORT', 'feed-srv': 'FEED_GRPC_PORT', 'web-srv': 'WEB_PORT' }

export const isReady = (base: string) =>
  fetch(`${base}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** Kills it, and fails if it exited in another way: the fault of the test would not have happened. */
export async function killMember(one: Member): Promise<void> {
  one.process.kill('SIGKILL')
  await one.process.exited
  if (one.process.signalCode !== 'SIGKILL') throw new Error(`${one.kind} ended by itself: ${one.process.exitCode}`)
}
