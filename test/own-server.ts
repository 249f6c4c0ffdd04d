import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { type DatabaseOptions, startDatabase } from '../dev/database.ts'
import type { FreshDatabase } from './mysql.ts'

/** A database server of a test's own, to be frozen and killed. What it has committed survives a kill. */
export interface OwnServer {
  /** For startStack. */
  databases: [user: FreshDatabase, feed: FreshDatabase]
  process(): Bun.Subprocess
  /** Starts it again on the same data, at the same address, once it has ended; gives the log of this start. */
  restart(): Promise<string>
  stop(): Promise<void>
}

export async function ownServer(options: DatabaseOptions = {}): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-own-'))
  const start = () => startDatabase(folder, options)
  let running = await start()
  return {
    databases: [oneIn(running.url('user')), oneIn(running.url('feed'))],
    process: () => running.process,
    async restart() {
      await running.process.exited
      await running.stop()
      running = await start()
      return Bun.file(join(folder, 'server.log')).text()
    },
    async stop() {
      running.process.kill('SIGKILL')
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Connects for each statement: a connection would not outlive its server. */
function oneIn(url: string): FreshDatabase {
  return {
    url,
    async query(sql, values) {
      const connection = await createConnection({ uri: url, connectTimeout: 2000 })
      try {
        return (await connection.query(sql, values))[0] as Record<string, unknown>[]
      } finally {
        connection.destroy()
      }
    },
    async drop() {},
  }
}
