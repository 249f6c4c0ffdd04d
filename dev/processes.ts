import { readFileSync } from 'node:fs'

/** A process, told apart from a later one that was given the same id. */
export interface Process {
  name: string
  pid: number
  birth: string
}

/** When a process began, comparable with itself only; undefined once it has ended, and for a zombie. */
export function birthOf(pid: number): string | undefined {
  return process.platform === 'linux' ? birthInProc(pid) : birthFromPs(pid)
}

export function isAlive({ pid, birth }: Process): boolean {
  return birthOf(pid) === birth
}

/** Asks a process and its group to end, and makes them after the grace. Never touches a stranger with a recycled id. */
export async function stopProcess(one: Process, graceMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(one)) return
    signalGroup(one.pid, signal)
    await until(() => !isAlive(one), graceMs)
  }
}

/** The processes above this one, nearest first. */
export function ancestors(count: number): Process[] {
  const found: Process[] = []
  let pid = process.ppid
  while (found.length < count && pid > 1) {
    const birth = birthOf(pid)
    if (!birth) break
    found.push({ name: 'ancestor', pid, birth })
    pid = parentOf(pid)
  }
  return found
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // It leads no group, or has just ended.
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
    // Ticks count from boot, so two boots can give one id the same number.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[18]}`
  } catch {
    return undefined
  }
}

// The name stands in parentheses and may hold spaces and parentheses itself.
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
