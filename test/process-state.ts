import { readdir, readFile } from 'node:fs/promises'

/** Whether every thread of the process is stopped. After kill() returns, a running thread may still answer: proc(5). */
export async function isStopped(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`)
  const states = threads.map(async (id) =>
    /^State:\s+T/m.test(await readFile(`/proc/${pid}/task/${id}/status`, 'utf8')),
  )
  return (await Promise.all(states)).every(Boolean)
}
