import { join } from 'node:path'
import { killOnStop } from './processes.ts'
import type { Seen } from './seen.ts'

export interface Load {
  url: string
  connections: number
  seconds: number
  /** Arguments for wrk.lua. */
  script: string[]
}

/** Runs wrk with one thread, since load tool, services and database share as few as two cores. */
export async function runWrk({ url, connections, seconds, script }: Load) {
  const lua = join(import.meta.dir, 'wrk.lua')
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', lua, url]
  const child = killOnStop(Bun.spawn([...command, '--', ...script], { stdout: 'pipe', stderr: 'pipe' }))
  const [output, problem] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const line = /^JSON (.*)$/m.exec(output)?.[1]
  if (!line) throw new Error(`wrk failed:\n${output}${problem}`)
  return JSON.parse(line) as Seen
}
