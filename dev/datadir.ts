import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Claim } from './leftover.ts'
import type { Server } from './server.ts'

/** Makes the server's first tables in dir/data unless they are there; a kill in the middle leaves no half of them. */
export async function makeDataDir(
  server: Server,
  dir: string,
  claim: Claim,
): Promise<{ data: string; fresh: boolean }> {
  const data = join(dir, 'data')
  if (existsSync(data)) return { data, fresh: false }
  for (const half of readdirSync(dir).filter((name) => name.startsWith('data.new'))) {
    rmSync(join(dir, half), { recursive: true })
  }
  const made = join(dir, 'data.new')
  mkdirSync(made, { mode: 0o700 })
  const env = withOwnTemporary(dir)
  const child = Bun.spawn(command(server, made), { cwd: dir, env, detached: true, stdout: 'pipe', stderr: 'pipe' })
  claim.note('database installer', child.pid)
  const [code, ...output] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if (code !== 0) throw new Error(`${server.binary} could not make its first tables:\n${output.join('').trim()}`)
  renameSync(made, data)
  return { data, fresh: true }
}

/** A server that starts removes the temporary tables that it finds, those of another one that runs in the same folder too. */
export function withOwnTemporary(dir: string): Record<string, string | undefined> {
  const TMPDIR = join(dir, 'tmp')
  mkdirSync(TMPDIR, { recursive: true, mode: 0o700 })
  return { ...process.env, TMPDIR }
}

/** A server refuses to run as root until it is told to. */
export const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []

function command({ installer, binary }: Server, data: string): string[] {
  if (!installer) return [binary, '--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...asRoot]
  // As packages do it: --rpm leaves the owner of the system's PAM tool alone, --cross-bootstrap asks no DNS.
  const quiet = ['--rpm', '--cross-bootstrap', '--skip-test-db', '--auth-root-authentication-method=normal']
  return [installer, '--no-defaults', `--datadir=${data}`, ...quiet, ...asRoot]
}
