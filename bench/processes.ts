import { readFileSync, writeFileSync } from 'node:fs'

/** One or more processes of one kind, whose CPU time and memory are summed. */
export interface Watched {
  name: string
  pids: number[]
}

export interface Started {
  pid: number
  hasExited(): boolean
  /** The end of its standard output. */
  output(): string
  stop(): Promise<void>
}

const children = new Set<Bun.Subprocess>()
let isStopped = false

/** Registers a child process to be killed when the bench is stopped. */
export function killOnStop<Child extends Bun.Subprocess>(child: Child): Child {
  children.add(child)
  void child.exited.then(() => children.delete(child))
  if (isStopped) child.kill('SIGKILL')
  return child
}

/** Kills all child processes at once. Code that waits for one of them then fails and cleans up. */
export function stopAll(): void {
  isStopped = true
  for (const child of children) child.kill('SIGKILL')
}

/** Linux counts CPU time in ticks of 10 ms. */
const usPerTick = 10_000

const maxOutputChars = 2000

/** Starts a program and waits until `ready` returns true. */
export async function startProcess(
  command: string[],
  env: Record<string, string | undefined>,
  ready: () => Promise<boolean>,
): Promise<Started> {
  const child = killOnStop(Bun.spawn(command, { env: { ...process.env, ...env }, stdout: 'pipe', stderr: 'inherit' }))
  let output = ''
  const readOutput = async () => {
    const decoder = new TextDecoder()
    for await (const bytes of child.stdout) output = (output + decoder.decode(bytes)).slice(-maxOutputChars)
  }
  void readOutput().catch(() => {})
  const hasExited = () => child.exitCode !== null || child.signalCode !== null
  const deadlineMs = performance.now() + 30_000
  while (!(await ready().catch(() => false))) {
    if (hasExited() || performance.now() > deadlineMs) {
      child.kill('SIGKILL')
      throw new Error(`${command[0]} did not start: ${output}`)
    }
    await Bun.sleep(20)
  }
  return {
    pid: child.pid,
    hasExited,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** User and system CPU time since the start, µs. */
export function cpuUs({ pids }: Watched): number {
  return pids.reduce((sum, pid) => {
    // The process name, in brackets, may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * usPerTick
  }, 0)
}

/** Resets the peak memory of the processes to their current memory. */
export function resetPeak({ pids }: Watched): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** Peak resident memory, MiB. */
export function peakMb({ pids }: Watched): number {
  return pids.reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return sum + Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
  }, 0)
}
