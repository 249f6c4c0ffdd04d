import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { type DatabaseOptions, startDatabase } from '../dev/database.ts'
import type { FreshDatabase } from './mysql.ts'

/** A database server of one test, which may freeze or kill it. Committed data survives a kill. */
export interface OwnServer {
  /** The `databases` option of startStack. */
  databases: [user: FreshDatabase, feed: FreshDatabase]
  process(): Bun.Subprocess
  /** Waits until it has exited, starts it again with the same data and address; returns the log of this start. */
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

/** Connects for each statement, since a connection does not survive a restart of the server. */
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
