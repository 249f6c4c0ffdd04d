import { until } from '../test/stack.ts'
import type { ComposeInstallation } from './installation.ts'

const starts = 5
const idleMs = 5000

/** How long a service takes from its start until it serves, and its memory when it is idle. */
export interface Startup {
  readyMs: number
  /** Unknown where the engine is in another machine. */
  idle: Memory | undefined
}

/** Resident memory in bytes. `own` leaves out the pages of the executable, which the kernel can take back. */
export interface Memory {
  all: number
  own: number
}

/** The median of several starts, with the database running. */
export async function startupOf(installation: ComposeInstallation, service: string): Promise<Startup> {
  const times: number[] = []
  for (let i = 0; i < starts; i++) times.push(await restart(installation, service))
  await Bun.sleep(idleMs)
  const { Pid } = (await installation.inspect(service)).State
  return { readyMs: times.sort((a, b) => a - b)[starts >> 1]!, idle: await memoryOf(Pid) }
}

/** Milliseconds from the start time that the engine reports to the log line that says that the service serves. */
async function restart({ compose, inspect }: ComposeInstallation, service: string): Promise<number> {
  await compose('restart', '--no-deps', service)
  const startedMs = Date.parse((await inspect(service)).State.StartedAt)
  let servedMs = 0
  await until(async () => {
    const log = await compose('logs', '--no-log-prefix', '--tail', '20', service)
    const lines = log.matchAll(/"time":(\d+)[^\n]*"msg":"serving (?:HTTP|gRPC)"/g)
    servedMs = Math.max(0, ...[...lines].map(([, time]) => Number(time)))
    return servedMs > startedMs
  }, 20_000)
  return servedMs - startedMs
}

export async function memoryOf(pid: number): Promise<Memory | undefined> {
  const status = await Bun.file(`/proc/${pid}/status`)
    .text()
    .catch(() => '')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  // On this machine another process may have that pid.
  return /^Name:\s+douyin$/m.test(status) ? { all: bytes('VmRSS'), own: bytes('RssAnon') } : undefined
}
