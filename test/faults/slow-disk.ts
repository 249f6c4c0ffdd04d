import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { findServer, type Server } from '../../dev/server.ts'

/** strace delays each sync. Without it, or if the kernel forbids tracing, a slow disk cannot be simulated. */
export const canSlowDisk =
  Boolean(Bun.which('strace')) && Bun.spawnSync(['strace', '-f', '-qq', '--seccomp-bpf', 'true']).exitCode === 0

/** The database server of this machine, with a delay before each fsync and fdatasync. */
export interface SlowServer {
  server: Server
  /** The duration of each delayed sync so far, in ms. */
  syncs(): Promise<number[]>
}

export async function slowServer(folder: string, delayMs: number): Promise<SlowServer> {
  const server = findServer()
  if (!server) throw new Error('found neither MariaDB nor MySQL')
  const [binary, trace] = [join(folder, 'server'), join(folder, 'syncs')]
  await Bun.write(binary, script(server.binary, trace, delayMs * 1000))
  await chmod(binary, 0o755)
  return { server: { ...server, binary }, syncs: async () => delayedSyncs(await Bun.file(trace).text()) }
}

// With -D the server stays a child of the caller, which can kill it by its pid. Other system calls are not traced.
const script = (binary: string, trace: string, delayUs: number) => `#!/bin/sh
exec strace -D -f -qq -T --seccomp-bpf -o '${trace}' \\
  -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_enter=${delayUs} -- '${binary}' "$@"
`

/** The durations in lines such as `123 fdatasync(7) = 0 (DELAYED) <0.002345>`, in ms. */
function delayedSyncs(trace: string): number[] {
  return [...trace.matchAll(/\(DELAYED\) <([\d.]+)>$/gm)].map(([, seconds]) => Number(seconds) * 1000)
}
