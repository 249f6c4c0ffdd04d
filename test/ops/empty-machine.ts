import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FreshDatabase, freshDatabase } from '../mysql.ts'
import { type CommandResult, environment, opsOf, startOps } from './installation.ts'

/** An empty machine: databases without tables and a media folder without files. */
export interface EmptyMachine {
  databases: [user: FreshDatabase, feed: FreshDatabase]
  mediaDir: string
  /** Runs a command of one-box on it. */
  ops(...args: string[]): Promise<CommandResult>
  /** Starts a command without waiting for its end. */
  start(...args: string[]): Bun.Subprocess
  /** Like `ops`, with other settings. */
  opsWith(more: Record<string, string>, ...args: string[]): Promise<CommandResult>
  remove(): Promise<void>
}

/** An empty machine with one database for each service, or with one `DATABASE_URL` for both. */
export async function emptyMachine(form: 'two databases' | 'one database'): Promise<EmptyMachine> {
  const user = await freshDatabase()
  const feed = form === 'one database' ? user : await freshDatabase()
  const mediaDir = await mkdtemp(join(tmpdir(), 'douyin-media-'))
  const env =
    form === 'one database' ? { DATABASE_URL: user.url, MEDIA_DIR: mediaDir } : environment(user, feed, mediaDir)
  return {
    databases: [user, feed],
    mediaDir,
    ops: (...args) => opsOf(env, ...args),
    start: (...args) => startOps(env, ...args),
    opsWith: (more, ...args) => opsOf({ ...env, ...more }, ...args),
    async remove() {
      await user.drop()
      if (feed !== user) await feed.drop()
      await rm(mediaDir, { recursive: true, force: true })
    },
  }
}
