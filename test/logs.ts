import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LogLine {
  level: number
  service: string
  msg: string
  request_id?: string
  batch_ids?: string[]
  route?: string
  method?: string
  parameters?: string[]
  status?: number
  code?: number | string
  viewer?: number
}

/** A folder for the output of a stack's processes, which a test can read. */
export async function logFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'douyin-logs-'))
  const text = async () => {
    const names = await Array.fromAsync(new Bun.Glob('*.log').scan(folder))
    return (await Promise.all(names.map((name) => Bun.file(join(folder, name)).text()))).join('')
  }
  return {
    folder,
    text,
    /** Every complete line. Each has to be JSON. */
    async lines(): Promise<LogLine[]> {
      const all = (await text()).split('\n').slice(0, -1)
      return all.map((line) => JSON.parse(line))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
