import { openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from './executables.ts'
import { type FreshDatabase, freshDatabase } from './mysql.ts'

export type ServiceName = 'user-srv' | 'feed-srv' | 'web-srv'

/** The three services as real processes, with their own databases and media folder. */
export interface Stack {
  base: string
  userAddress: string
  feedAddress: string
  /** The URLs that Prometheus scrapes. */
  metrics: Record<ServiceName, string>
  userDatabase: FreshDatabase
  feedDatabase: FreshDatabase
  mediaDir: string
  processes: Record<ServiceName, Bun.Subprocess>
  /** Starts a service that was stopped or killed, and waits until all services are ready. */
  start(name: ServiceName): Promise<void>
  /** Resolves when /readyz of web-srv succeeds. */
  ready(): Promise<void>
  stop(): Promise<void>
}

export interface StackOptions {
  /** Added to the environment of all three. */
  env?: Record<string, string>
  /** Databases to use instead of fresh ones. */
  databases?: [user: FreshDatabase, feed: FreshDatabase]
  /** The command that starts a service; by default that of programOf. */
  command?: (name: ServiceName, mediaDir: string) => string[]
  /** The folder for the log files, one per process; by default the output is inherited. */
  logs?: string
  /** Called before any service is started. */
  onPorts?: (ports: { user: number; feed: number }) => void
}

/** The secret that signs the tokens of a stack. */
export const tokenSecret = 'a secret for tests, of more than 32 bytes'

const root = join(import.meta.dir, '..')
const readyLimitMs = 30_000

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { env = {}, databases, command = programOf, logs, onPorts } = options
  const [userDatabase, feedDatabase] = databases ?? (await Promise.all([freshDatabase(), freshDatabase()]))
  const mediaDir = await mkdtemp(join(tmpdir(), 'douyin-media-'))
  const [webPort, userPort, feedPort, ...metricsPorts] = await freePorts(6)
  onPorts?.({ user: userPort!, feed: feedPort! })
  const userAddress = `127.0.0.1:${userPort}`
  const feedAddress = `127.0.0.1:${feedPort}`
  const environment = {
    ...process.env,
    WEB_PORT: String(webPort),
    USER_GRPC_PORT: String(userPort),
    FEED_GRPC_PORT: String(feedPort),
    USER_GRPC_ADDRESS: userAddress,
    FEED_GRPC_ADDRESS: feedAddress,
    USER_DATABASE_URL: userDatabase.url,
    FEED_DATABASE_URL: feedDatabase.url,
    MEDIA_DIR: mediaDir,
    WEB_METRICS_PORT: String(metricsPorts[0]),
    USER_METRICS_PORT: String(metricsPorts[1]),
    FEED_METRICS_PORT: String(metricsPorts[2]),
    JWT_SECRET: tokenSecret,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'error',
    ...env,
  }
  const outputOf = (name: ServiceName) => (logs ? openSync(join(logs, `${name}.log`), 'a') : 'inherit')
  const spawn = (name: ServiceName) =>
    Bun.spawn(command(name, mediaDir), {
      cwd: root,
      env: environment,
      stdout: outputOf(name),
      stderr: outputOf(name),
    })
  const processes = { 'feed-srv': spawn('feed-srv'), 'user-srv': spawn('user-srv'), 'web-srv': spawn('web-srv') }
  const stack: Stack = {
    base: `http://127.0.0.1:${webPort}`,
    userAddress,
    feedAddress,
    metrics: {
      'web-srv': `http://127.0.0.1:${metricsPorts[0]}/metrics`,
      'user-srv': `http://127.0.0.1:${metricsPorts[1]}/metrics`,
      'feed-srv': `http://127.0.0.1:${metricsPorts[2]}/metrics`,
    },
    userDatabase,
    feedDatabase,
    mediaDir,
    processes,
    async start(name) {
      processes[name] = spawn(name)
      await stack.ready()
    },
    ready: () => until(() => isOk(`${stack.base}/readyz`), readyLimitMs),
    async stop() {
      for (const one of Object.values(processes)) one.kill('SIGTERM')
      await Promise.all(Object.values(processes).map((one) => one.exited))
      await rm(mediaDir, { recursive: true, force: true })
      if (!databases) await Promise.all([userDatabase.drop(), feedDatabase.drop()])
    },
  }
  try {
    await stack.ready()
  } catch (error) {
    await stack.stop()
    throw error
  }
  return stack
}

/** Polls a condition until it holds. For state of another process, which sends no event. */
export async function until(condition: () => Promise<boolean>, limitMs = 5000): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms: ${condition}`)
    await Bun.sleep(20)
  }
}

/** Whether the URL answers with a 2xx status. Never throws. */
export const isOk = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  )

/**
 * Free TCP ports. All are opened before any is closed, so that none is returned twice. Of two runs of `bun test` at once,
 * each takes ports of its own share, since the other may take a port between its closing here and its use.
 */
export async function freePorts(count: number): Promise<number[]> {
  const [share, shares] = (Bun.env.TEST_PORT_SHARE ?? '0/1').split('/').map(Number)
  // Linux gives out odd ports first.
  const isMine = (port: number) => (port >> 1) % shares! === share
  const opened: { port: number; server: Server }[] = []
  const mine = () => opened.map(({ port }) => port).filter(isMine)
  while (mine().length < count) opened.push(...(await Promise.all(Array.from({ length: count }, open))))
  await Promise.all(opened.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  return mine().slice(0, count)
}

function open(): Promise<{ port: number; server: Server }> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as { port: number }).port, server })),
  )
}
