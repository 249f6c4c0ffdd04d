import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Claim } from './leftover.ts'
import { follow, formatLine, type Print } from './log.ts'
import { birthOf, stopProcess } from './processes.ts'

export interface DevService {
  name: string
  /** Path of its main file, relative to the root. */
  entry: string
}

export interface ServiceContext {
  root: string
  environment: Record<string, string | undefined>
  claim: Claim
  print: Print
}

export interface Running {
  stop(): Promise<void>
}

// A service gives itself 9.5 s to finish the requests in flight.
const graceMs = 11_000

/** The pause before the first restart. It doubles each time that the service ends soon. */
const firstPauseMs = 500
const maxPauseMs = 30_000
/** A service that ran for this long started well, so the pauses begin again with the first one. */
const startedWellMs = 30_000
/** sysexits.h EX_CONFIG: a setting is wrong, and it will still be wrong at the next start. */
const wrongSetting = 78

/**
 * Starts a service that is reloaded on every save. After it ended, it is started again after a pause, or at once on a
 * save. If it rejected a setting, it is only started again on a save.
 */
export function startService(service: DevService, { root, environment, claim, print }: ServiceContext): Running {
  let stopping = false
  let pauseMs = firstPauseMs
  let watcher: FSWatcher | undefined
  let timer: Timer | undefined
  let child = spawn()

  function spawn() {
    const command = [process.execPath, '--watch', '--no-clear-screen', service.entry]
    // In a process group of its own, so that Ctrl-C does not reach it directly: it is stopped once, in its order.
    const spawned = Bun.spawn(command, {
      cwd: root,
      env: environment,
      detached: true,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const startMs = performance.now()
    claim.note(service.name, spawned.pid)
    const output = [follow(spawned.stdout, service.name, print), follow(spawned.stderr, service.name, print)]
    const ended = Promise.all([spawned.exited, ...output]).then(() => {
      if (performance.now() - startMs > startedWellMs) pauseMs = firstPauseMs
      if (!stopping) scheduleRestart(spawned)
    })
    return { pid: spawned.pid, birth: birthOf(spawned.pid) ?? 'ended', ended }
  }

  function scheduleRestart({ exitCode, signalCode }: Bun.Subprocess) {
    const isWrongSetting = exitCode === wrongSetting
    const how = signalCode ? `by ${signalCode}` : `with code ${exitCode}${isWrongSetting ? ': a wrong setting' : ''}`
    const pause = isWrongSetting ? '' : `, or in ${pauseMs / 1000} s`
    void print(formatLine(service.name, `ended ${how}; it starts again when you save one of its files${pause}`))
    // process.exit also ends the watcher of --watch.
    watcher = watch(join(root, dirname(service.entry)), { recursive: true }, () => restart(firstPauseMs))
    const nextPauseMs = Math.min(2 * pauseMs, maxPauseMs)
    if (!isWrongSetting) timer = setTimeout(() => restart(nextPauseMs), pauseMs)
  }

  function restart(nextPauseMs: number) {
    // One save causes several events.
    if (stopping || !watcher) return
    stopWaiting()
    pauseMs = nextPauseMs
    child = spawn()
  }

  function stopWaiting() {
    clearTimeout(timer)
    watcher?.close()
    watcher = undefined
  }

  return {
    async stop() {
      stopping = true
      stopWaiting()
      await stopProcess({ name: service.name, ...child }, graceMs)
      await child.ended
    },
  }
}
