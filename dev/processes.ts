import { readFileSync } from 'node:fs'

/** A process. `birth` distinguishes it from a later process with the same id. */
export interface Process {
  name: string
  pid: number
  birth: string
}

/** The start time of a process, only for comparison. Undefined once it has ended, and for a zombie. */
export function birthOf(pid: number): string | undefined {
  return process.platform === 'linux' ? birthInProc(pid) : birthFromPs(pid)
}

export function isAlive({ pid, birth }: Process): boolean {
  return birthOf(pid) === birth
}

/** Terminates a process and its group, and kills them after `graceMs`. Never signals a new process with the same id. */
export async function stopProcess(target: Process, graceMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(target)) return
    signalGroup(target.pid, signal)
    await until(() => !isAlive(target), graceMs)
  }
}

/** The processes above this one, nearest first. */
export function ancestors(count: number): Process[] {
  const processes: Process[] = []
  let pid = process.ppid
  while (processes.length < count && pid > 1) {
    const birth = birthOf(pid)
    if (!birth) break
    processes.push({ name: 'ancestor', pid, birth })
    pid = parentOf(pid)
  }
  return processes
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // The process leads no group, or has just ended.
    }
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs
  while (!condition() && performance.now() < end) await Bun.sleep(20)
}

function birthInProc(pid: number): string | undefined {
  try {
    const [state, ...fields] = afterName(pid)
    if (state === 'Z' || state === 'X') return undefined
    // The start time is in ticks since boot, so it needs the id of the boot to be unique.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18]}`
  } catch {
    return undefined
  }
}

// The name of the process is in parentheses, and may itself contain spaces and parentheses.
function afterName(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function birthFromPs(pid: number): string | undefined {
  const [state = '', ...started] = ps(pid, 'state=,lstart=')
  return state === '' || state.startsWith('Z') ? undefined : started.join(' ')
}

function parentOf(pid: number): number {
  return Number(process.platform === 'linux' ? afterName(pid)[1] : ps(pid, 'ppid=')[0])
}

function ps(pid: number, columns: string): string[] {
  const { stdout } = Bun.spawnSync(['ps', '-o', columns, '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } })
  return stdout.toString().trim().split(/\s+/)
}
