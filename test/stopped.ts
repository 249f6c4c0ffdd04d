import { readdir, readFile } from 'node:fs/promises'

/** A signal is only sent by then, and a thread that runs still answers: proc(5) tells when all of it stands. */
export async function isStopped(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`)
  const states = threads.map(async (id) =>
    /^State:\s+T/m.test(await readFile(`/proc/${pid}/task/${id}/status`, 'utf8')),
  )
  return (await Promise.all(states)).every(Boolean)
}
