import { readFileSync, writeFileSync } from 'node:fs'

/** A process that a leg watches, or several of one kind, added up. */
export interface Watched {
  name: string
  pids: number[]
}

export interface Started {
  pid: number
  hasEnded(): boolean
  /** The last that it wrote to standard output. */
  said(): string
  stop(): Promise<void>
}

const running = new Set<Bun.Subprocess>()
let isStopped = false

/** It is not to outlive a bench that is stopped. */
export function endWithUs<Child extends Bun.Subprocess>(child: Child): Child {
  running.add(child)
  void child.exited.then(() => running.delete(child))
  if (isStopped) child.kill('SIGKILL')
  return child
}

/** Ends all of them at once, so that whoever waits for one fails and tidies up. */
export function stopAll(): void {
  isStopped = true
  for (const child of running) child.kill('SIGKILL')
}

/** Linux counts CPU time in ticks of 10 ms. */
const usPerTick = 10_000

const mostSaid = 2000

/** Starts a program and waits until `ready` says so. */
export async function startProcess(
  command: string[],
  env: Record<string, string | undefined>,
  ready: () => Promise<boolean>,
): Promise<Started> {
  const child = endWithUs(Bun.spawn(command, { env: { ...process.env, ...env }, stdout: 'pipe', stderr: 'inherit' }))
  let said = ''
  const listen = async () => {
    const decoder = new TextDecoder()
    for await (const bytes of child.stdout) said = (said + decoder.decode(bytes)).slice(-mostSaid)
  }
  void listen().catch(() => {})
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const end = performance.now() + 30_000
  while (!(await ready().catch(() => false))) {
    if (hasEnded() || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${command[0]} did not start: ${said}`)
    }
    await Bun.sleep(20)
  }
  return {
    pid: child.pid,
    hasEnded,
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** CPU time so far, µs. */
export function cpuUs({ pids }: Watched): number {
  return pids.reduce((sum, pid) => {
    // The name, in brackets, may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * usPerTick
  }, 0)
}

/** From now on the peak counts anew. */
export function forgetPeak({ pids }: Watched): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** The most that was resident, MiB. */
export function peakMb({ pids }: Watched): number {
  return pids.reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return sum + Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
  }, 0)
}
