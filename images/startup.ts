import { until } from '../test/stack.ts'
import { docker } from './docker.ts'
import type { Installation } from './installation.ts'

const starts = 7
const idleMs = 5000

/** How long a service takes from the start of its process until it serves, and what it holds when nobody asks. */
export interface Startup {
  readyMs: number
  idleBytes: number
}

/** The database is there; the median of several starts. */
export async function startupOf(installation: Installation, service: string): Promise<Startup> {
  const times: number[] = []
  for (let i = 0; i < starts; i++) times.push(await restart(installation, service))
  await Bun.sleep(idleMs)
  const id = await installation.compose('ps', '--quiet', service)
  const kilobytes = (await docker(['top', id, '-o', 'pid,rss'])).split('\n')[1]!.trim().split(/ +/)[1]
  return { readyMs: times.sort((a, b) => a - b)[starts >> 1]!, idleBytes: Number(kilobytes) * 1024 }
}

/** Milliseconds from the start of the process to its line that says it serves. */
async function restart({ compose, inspect }: Installation, service: string): Promise<number> {
  await compose('restart', '--no-deps', service)
  const started = Date.parse((await inspect(service)).State.StartedAt)
  let served = 0
  await until(async () => {
    const log = await compose('logs', '--no-log-prefix', '--tail', '1', service)
    served = Number(/"time":(\d+).*"msg":"serving /.exec(log)?.[1] ?? 0)
    return served > started
  }, 20_000)
  return served - started
}
