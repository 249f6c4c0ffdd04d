import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { asRoot, makeDataDir, withOwnTemporary } from './datadir.ts'
import { claim } from './leftover.ts'
import { birthOf, stopProcess } from './processes.ts'
import { findServer, type Server } from './server.ts'

/** A database server that this process runs for itself. */
export interface PrivateDatabase {
  /** The URL of a database of this server, for mysql2. */
  url(database: string): string
  pid: number
  process: Bun.Subprocess
  /** True if this start created the data folder, so that it is empty. */
  fresh: boolean
  stop(): Promise<void>
}

export interface DatabaseOptions {
  /** Added at the end of the server's command line, where the last value of an option counts. */
  serverArgs?: string[]
  server?: Server
  say?: (line: string) => void
}

const startLimitMs = 30_000
const stopLimitMs = 30_000
const pollMs = 20
// Linux allows 107 bytes, macOS 103.
const socketPathLimit = 103

/** Starts a server with its data in the folder. Stops one that a killed owner left there first. */
export async function startDatabase(dir: string, options: DatabaseOptions = {}): Promise<PrivateDatabase> {
  const server = options.server ?? findServer()
  if (!server) throw new Error('found neither MariaDB nor MySQL')
  const claimed = await claim(dir, options.say)
  chmodSync(dir, 0o700)
  const { path: socket, remove } = socketIn(dir)
  const release = () => {
    remove()
    claimed.release()
  }
  try {
    const { data, fresh } = await makeDataDir(server, dir, claimed)
    const logFile = join(dir, 'server.log')
    const log = openSync(logFile, 'w')
    const args = serverArgs(server, data, socket)
    // In a process group of its own: Ctrl-C goes to the whole group of a terminal, but the services still need it.
    const child = Bun.spawn([server.binary, ...args, ...(options.serverArgs ?? [])], {
      env: withOwnTemporary(dir),
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    claimed.note('database', child.pid)
    const serverProcess = { name: 'database', pid: child.pid, birth: birthOf(child.pid) ?? 'ended' }
    const stop = async () => {
      await stopProcess(serverProcess, stopLimitMs)
      await child.exited
      release()
    }
    if (!(await answers(socket, child))) {
      await stop()
      throw new Error(`the database server did not start:\n${lastLines(logFile)}`)
    }
    const url = (database: string) => `mysql://root@localhost/${database}?socketPath=${encodeURIComponent(socket)}`
    return { url, pid: child.pid, process: child, fresh, stop }
  } catch (error) {
    release()
    throw error
  }
}

function serverArgs({ kind }: Server, data: string, socket: string): string[] {
  // Packaged MySQL needs a folder under /var/lib that does not exist, and opens a second port.
  const forMysql = ['--mysqlx=OFF', '--secure-file-priv=NULL', '--disable-log-bin']
  return [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(data, 'server.pid')}`,
    '--skip-networking',
    '--character-set-server=utf8mb4',
    '--innodb-buffer-pool-size=128M',
    '--innodb-flush-log-at-trx-commit=1',
    ...(kind === 'mysql' ? forMysql : []),
    ...asRoot,
  ]
}

function socketIn(dir: string): { path: string; remove(): void } {
  const path = join(dir, 's.sock')
  if (Buffer.byteLength(path) <= socketPathLimit) return { path, remove: () => rmSync(path, { force: true }) }
  const short = mkdtempSync(join(tmpdir(), 'douyin-'))
  return { path: join(short, 's.sock'), remove: () => rmSync(short, { recursive: true, force: true }) }
}

async function answers(socketPath: string, child: Bun.Subprocess): Promise<boolean> {
  const end = performance.now() + startLimitMs
  while (child.exitCode === null && child.signalCode === null && performance.now() < end) {
    try {
      const connection = await createConnection({ socketPath, user: 'root' })
      await connection.ping()
      await connection.end()
      return true
    } catch {
      await Bun.sleep(pollMs)
    }
  }
  return false
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-10).join('\n')
}
