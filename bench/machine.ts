import { cpus, totalmem } from 'node:os'
import { findServer } from '../dev/server.ts'

/** What a figure was measured on. */
export async function machine() {
  const text = async (command: string[]) =>
    (await Bun.$`${command}`.nothrow().quiet().text()).trim().split('\n')[0] ?? ''
  const server = findServer()
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: await text(['uname', '-sr']),
    bun: Bun.version,
    database: server ? await text([server.binary, '--no-defaults', '--version']) : '',
    wrk: await text(['sh', '-c', 'wrk -v 2>&1 | head -1']),
    commit: await text(['git', 'describe', '--always', '--dirty']),
    date: new Date().toISOString(),
  }
}
