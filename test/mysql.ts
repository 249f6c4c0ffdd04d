import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { startDatabase } from '../dev/database.ts'

/** A database for one test file on a real server: that of TEST_DATABASE_URL, or one started for this process. */
export interface FreshDatabase {
  url: string
  /** Runs one statement on a connection of the test. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  drop(): Promise<void>
}

let server: Promise<string> | undefined
let stopOwn = async () => {}

/** test/preload.ts calls it once after all test files of a run. */
export const stopServer = () => stopOwn()

export async function freshDatabase(): Promise<FreshDatabase> {
  server ??= startServer()
  const url = new URL(await server)
  const name = `test_${crypto.randomUUID().slice(0, 8)}`
  url.pathname = name
  const connection = await createConnection(connectOptions(url.href))
  await connection.query('create database ?? character set utf8mb4', [name])
  await connection.query('use ??', [name])
  return {
    url: url.href,
    async query(sql, values) {
      const [rows] = await connection.query(sql, values)
      return rows as Record<string, unknown>[]
    },
    async drop() {
      await connection.query('drop database ??', [name])
      await connection.end()
    },
  }
}

/** The options of mysql2 to connect to the server of a URL without choosing a database. */
export function connectOptions(url: string) {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const socketPath = searchParams.get('socketPath') ?? undefined
  const address = socketPath ? { socketPath } : { host: hostname, port: Number(port || 3306) }
  return { ...address, user: username || 'root', password: decodeURIComponent(password) }
}

/** Settings that trade durability for speed: test data may be lost if the machine crashes. */
export const hastyServerArgs = ['--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite']

async function startServer(): Promise<string> {
  if (Bun.env.TEST_DATABASE_URL) return Bun.env.TEST_DATABASE_URL
  const folder = mkdtempSync(join(tmpdir(), 'douyin-test-'))
  const database = await startDatabase(folder, { serverArgs: hastyServerArgs })
  stopOwn = async () => {
    database.process.kill('SIGKILL')
    await database.process.exited
    rmSync(folder, { recursive: true, force: true })
  }
  return database.url('test')
}
