import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Claim } from './leftover.ts'
import type { Server } from './server.ts'

/** Creates the server's system tables in dir/data unless they exist. A kill in the middle leaves no part of them. */
export async function makeDataDir(
  server: Server,
  dir: string,
  claim: Claim,
): Promise<{ data: string; fresh: boolean }> {
  const data = join(dir, 'data')
  if (existsSync(data)) return { data, fresh: false }
  for (const incomplete of readdirSync(dir).filter((name) => name.startsWith('data.new'))) {
    rmSync(join(dir, incomplete), { recursive: true })
  }
  const unfinished = join(dir, 'data.new')
  mkdirSync(unfinished, { mode: 0o700 })
  const env = withOwnTemporary(dir)
  const child = Bun.spawn(command(server, unfinished), {
    cwd: dir,
    env,
    detached: true,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  claim.note('database installer', child.pid)
  const [code, ...output] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if (code !== 0) throw new Error(`${server.binary} could not make its first tables:\n${output.join('').trim()}`)
  renameSync(unfinished, data)
  return { data, fresh: true }
}

/** When a server starts, it removes all temporary tables in TMPDIR, also those of another running server. */
export function withOwnTemporary(dir: string): Record<string, string | undefined> {
  const TMPDIR = join(dir, 'tmp')
  mkdirSync(TMPDIR, { recursive: true, mode: 0o700 })
  return { ...process.env, TMPDIR }
}

/** A server runs as root only with this option. */
export const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

function command({ installer, binary }: Server, data: string): string[] {
  if (!installer) return [binary, '--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...asRoot]
  // Like packages do: --rpm does not change the owner of the system's PAM tool, --cross-bootstrap needs no DNS.
  const quiet = ['--rpm', '--cross-bootstrap', '--skip-test-db', '--auth-root-authentication-method=normal']
  return [installer, '--no-defaults', `--datadir=${data}`, ...quiet, ...asRoot]
}
