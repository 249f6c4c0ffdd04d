import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { findServer, type Server } from '../../dev/server.ts'

/** strace holds up each sync; without it, or where the kernel lets nobody trace, there is no such disk. */
export const canSlowDisk =
  Boolean(Bun.which('strace')) && Bun.spawnSync(['strace', '-f', '-qq', '--seccomp-bpf', 'true']).exitCode === 0

/** The database server of this machine, as if each fsync and fdatasync took so much longer. */
export interface SlowServer {
  server: Server
  /** How long each sync has taken until now that was held up, ms. */
  syncs(): Promise<number[]>
}

export async function slowServer(folder: string, delayMs: number): Promise<SlowServer> {
  const server = findServer()
  if (!server) throw new Error('found neither MariaDB nor MySQL')
  const [binary, trace] = [join(folder, 'server'), join(folder, 'syncs')]
  await Bun.write(binary, script(server.binary, trace, delayMs * 1000))
  await chmod(binary, 0o755)
  return { server: { ...server, binary }, syncs: async () => heldUp(await Bun.file(trace).text()) }
}

// The server stays the child of who starts it, to be killed by its pid; what it does besides is not slowed by the tracing.
const script = (binary: string, trace: string, delayUs: number) => `#!/bin/sh
exec strace -D -f -qq -T --seccomp-bpf -o '${trace}' \\
  -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_enter=${delayUs} -- '${binary}' "$@"
`

/** Of lines such as `123 fdatasync(7) = 0 (DELAYED) <0.002345>`. */
function heldUp(trace: string): number[] {
  return [...trace.matchAll(/\(DELAYED\) <([\d.]+)>$/gm)].map(([, seconds]) => Number(seconds) * 1000)
}
