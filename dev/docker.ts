import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { PrivateDatabase } from './database.ts'
import { claim } from './leftover.ts'
import { freePort } from './ports.ts'
import { birthOf, stopProcess } from './processes.ts'

const image = 'mariadb:10.11'
const startLimitMs = 300_000
const stopLimitMs = 30_000

/** True if there is a Docker engine that responds. */
export function hasDocker(): boolean {
  return Boolean(Bun.which('docker')) && Bun.spawnSync(['docker', 'info']).exitCode === 0
}

/** Like startDatabase, but in a container, for machines without a database server. */
export async function startInDocker(dir: string, say: (line: string) => void): Promise<PrivateDatabase> {
  const claimed = await claim(dir, say)
  const data = join(dir, 'docker')
  const fresh = mkdirSync(data, { recursive: true, mode: 0o700 }) !== undefined
  const name = `douyin-${Bun.hash(dir).toString(36)}`
  // A container outlives a killed `docker run`.
  Bun.spawnSync(['docker', 'rm', '--force', name])
  if (Bun.spawnSync(['docker', 'image', 'inspect', image]).exitCode !== 0) {
    say(`docker downloads ${image}, once`)
    await Bun.spawn(['docker', 'pull', '--quiet', image], { stdio: ['ignore', 'ignore', 'inherit'] }).exited
  }
  const port = await freePort()
  const child = Bun.spawn(['docker', ...command(name, port, data)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  claimed.note('database', child.pid)
  const serverProcess = { name: 'database', pid: child.pid, birth: birthOf(child.pid) ?? 'ended' }
  const stop = async () => {
    Bun.spawnSync(['docker', 'stop', name])
    await stopProcess(serverProcess, stopLimitMs)
    claimed.release()
  }
  if (!(await answers(port, child))) {
    await stop()
    throw new Error(`docker could not run ${image}: try 'docker run --rm ${image} mariadbd --version'`)
  }
  const url = (database: string) => `mysql://root@127.0.0.1:${port}/${database}`
  return { url, pid: child.pid, process: child, fresh, stop }
}

function command(name: string, port: number, data: string): string[] {
  const { uid, gid } = statSync(data)
  return [
    ...['run', '--rm', '--name', name],
    // The data belongs to the user who runs this, so that it can be deleted without root.
    ...(uid === 0 ? [] : ['--user', `${uid}:${gid}`]),
    ...['--env', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1'],
    ...['--publish', `127.0.0.1:${port}:3306`, '--volume', `${data}:/var/lib/mysql`],
    ...[image, '--character-set-server=utf8mb4'],
  ]
}

async function answers(port: number, child: Bun.Subprocess): Promise<boolean> {
  const end = performance.now() + startLimitMs
  while (child.exitCode === null && child.signalCode === null && performance.now() < end) {
    try {
      const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' })
      await connection.ping()
      await connection.end()
      return true
    } catch {
      await Bun.sleep(200)
    }
  }
  return false
}
