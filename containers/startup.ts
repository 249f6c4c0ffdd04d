import { until } from '../test/stack.ts'
import type { Installation } from './installation.ts'

const starts = 5
const idleMs = 5000

/** How long a service takes from its start until it serves, and what it holds when nobody asks. */
export interface Startup {
  readyMs: number
  /** Unknown where the engine is in another machine. */
  idle: Memory | undefined
}

/** Bytes. What is not its own are pages of the executable, which the kernel takes back when it wants them. */
export interface Memory {
  all: number
  own: number
}

/** The database is there; the median of several starts. */
export async function startupOf(installation: Installation, service: string): Promise<Startup> {
  const times: number[] = []
  for (let i = 0; i < starts; i++) times.push(await restart(installation, service))
  await Bun.sleep(idleMs)
  const { Pid } = (await installation.inspect(service)).State
  return { readyMs: times.sort((a, b) => a - b)[starts >> 1]!, idle: await memoryOf(Pid) }
}

/** Milliseconds from when the engine calls it started to its own line that says it serves. */
async function restart({ compose, inspect }: Installation, service: string): Promise<number> {
  await compose('restart', '--no-deps', service)
  const started = Date.parse((await inspect(service)).State.StartedAt)
  let served = 0
  await until(async () => {
    const log = await compose('logs', '--no-log-prefix', '--tail', '20', service)
    const lines = log.matchAll(/"time":(\d+)[^\n]*"msg":"serving (?:HTTP|gRPC)"/g)
    served = Math.max(0, ...[...lines].map(([, time]) => Number(time)))
    return served > started
  }, 20_000)
  return served - started
}

export async function memoryOf(pid: number): Promise<Memory | undefined> {
  const status = await Bun.file(`/proc/${pid}/status`)
    .text()
    .catch(() => '')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  // Another process may have that number here.
  return /^Name:\s+douyin$/m.test(status) ? { all: bytes('VmRSS'), own: bytes('RssAnon') } : undefined
}
