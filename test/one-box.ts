import { openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from './executables.ts'
import { type FreshDatabase, freshDatabase } from './mysql.ts'
import { freePorts, isOk, tokenSecret, until } from './stack.ts'

/** The three services in one real process, with their own databases and media folder. */
export interface OneBox {
  base: string
  /** The URL that Prometheus scrapes. */
  metrics: string
  databases: [user: FreshDatabase, feed: FreshDatabase]
  mediaDir: string
  process: Bun.Subprocess
  stop(): Promise<void>
}

export interface OneBoxOptions {
  env?: Record<string, string>
  /** Databases to use instead of fresh ones. */
  databases?: OneBox['databases']
  /** The command that starts it; by default that of programOf. */
  command?: string[]
  /** The folder for its log file; by default the output is inherited. */
  logs?: string
}

export async function startOneBox(options: OneBoxOptions = {}): Promise<OneBox> {
  const { env = {}, command = programOf('one-box'), logs } = options
  const databases: OneBox['databases'] = options.databases ?? [await freshDatabase(), await freshDatabase()]
  const mediaDir = await mkdtemp(join(tmpdir(), 'douyin-media-'))
  const [webPort, metricsPort] = await freePorts(2)
  const output = logs ? openSync(join(logs, 'one-box.log'), 'a') : 'inherit'
  const child = Bun.spawn(command, {
    cwd: join(import.meta.dir, '..'),
    env: {
      ...process.env,
      WEB_PORT: String(webPort),
      WEB_METRICS_PORT: String(metricsPort),
      USER_DATABASE_URL: databases[0].url,
      FEED_DATABASE_URL: databases[1].url,
      MEDIA_DIR: mediaDir,
      JWT_SECRET: tokenSecret,
      FFMPEG_PATH: 'none',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'error',
      ...env,
    },
    stdout: output,
    stderr: output,
  })
  const base = `http://127.0.0.1:${webPort}`
  await until(() => isOk(`${base}/readyz`), readyLimitMs)
  return {
    base,
    metrics: `http://127.0.0.1:${metricsPort}/metrics`,
    databases,
    mediaDir,
    process: child,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      await rm(mediaDir, { recursive: true, force: true })
      if (!options.databases) await Promise.all(databases.map((one) => one.drop()))
    },
  }
}

const readyLimitMs = 30_000
