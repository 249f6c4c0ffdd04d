import { cpus, totalmem } from 'node:os'
import { findServer } from '../dev/server.ts'

/** Describes the machine and the software that the figures were measured with. */
export async function machine() {
  const firstLine = async (command: string[]) =>
    (await Bun.$`${command}`.nothrow().quiet().text()).trim().split('\n')[0] ?? ''
  const server = findServer()
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: await firstLine(['uname', '-sr']),
    bun: Bun.version,
    database: server ? await firstLine([server.binary, '--no-defaults', '--version']) : '',
    wrk: await firstLine(['sh', '-c', 'wrk -v 2>&1 | head -1']),
    commit: await firstLine(['git', 'describe', '--always', '--dirty']),
    date: new Date().toISOString(),
  }
}
