import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { birthOf, isAlive, type Process, stopProcess } from './processes.ts'

/** A list of the processes that the owner of a folder runs. It is on disk, so that it outlives a killed owner. */
export interface Claim {
  /** Call this right after the spawn: a process that is not noted would keep running after its owner is killed. */
  note(name: string, pid: number): void
  release(): void
}

interface Note {
  owner: Process
  children: Process[]
}

const graceMs = 12_000

/**
 * Makes this process the owner of the folder. Stops the processes that a killed owner left, the last started first.
 * Rejects while another owner is alive.
 */
export async function claim(dir: string, say: (line: string) => void = () => {}): Promise<Claim> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'running.json')
  const last = read(file)
  if (last && isAlive(last.owner)) throw new Error(`${dir} is in use: process ${last.owner.pid} is still running`)
  for (const child of (last?.children ?? []).toReversed()) {
    if (isAlive(child)) say(`stopping ${child.name} (process ${child.pid}), left over from a run that was killed`)
    await stopProcess(child, graceMs)
  }
  const note: Note = { owner: describeProcess('owner', process.pid), children: [] }
  write(file, note)
  return {
    note(name, pid) {
      note.children = [...note.children.filter((child) => child.name !== name), describeProcess(name, pid)]
      write(file, note)
    },
    release: () => rmSync(file, { force: true }),
  }
}

function describeProcess(name: string, pid: number): Process {
  return { name, pid, birth: birthOf(pid) ?? 'ended' }
}

function read(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function write(file: string, note: Note): void {
  writeFileSync(`${file}.new`, JSON.stringify(note, null, 2))
  renameSync(`${file}.new`, file)
}
