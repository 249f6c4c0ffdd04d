import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Claim } from './leftover.ts'
import { follow, formatLine, type Print } from './log.ts'
import { birthOf, stopProcess } from './processes.ts'

/** What to run, and from where. */
export interface Service {
  name: string
  /** Path of its main file, from the root. */
  entry: string
}

export interface Surroundings {
  root: string
  environment: Record<string, string | undefined>
  claim: Claim
  print: Print
}

export interface Running {
  stop(): Promise<void>
}

// A service gives itself 9.5 s to finish what it has begun.
const graceMs = 11_000

/** Before it is started again the first time; twice as long each time that it ends soon. */
const firstPauseMs = 500
const maxPauseMs = 30_000
/** A service that ran for so long has started well: what ended it is another matter than what ended it before. */
const startedWellMs = 30_000
/** sysexits.h EX_CONFIG: a setting is wrong, and will be at the next start too. */
const wrongSetting = 78

/**
 * Starts a service that is reloaded on every save. One that has ended is started again after a pause, and at once by a save;
 * one that has refused a setting only by a save.
 */
export function startService(service: Service, { root, environment, claim, print }: Surroundings): Running {
  let stopping = false
  let pauseMs = firstPauseMs
  let watcher: FSWatcher | undefined
  let timer: Timer | undefined
  let child = spawn()

  function spawn() {
    const command = [process.execPath, '--watch', '--no-clear-screen', service.entry]
    // In a group of its own, so that Ctrl-C reaches it once, and in its turn.
    const spawned = Bun.spawn(command, {
      cwd: root,
      env: environment,
      detached: true,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const begun = performance.now()
    claim.note(service.name, spawned.pid)
    const output = [follow(spawned.stdout, service.name, print), follow(spawned.stderr, service.name, print)]
    const ended = Promise.all([spawned.exited, ...output]).then(() => {
      if (performance.now() - begun > startedWellMs) pauseMs = firstPauseMs
      if (!stopping) startAgain(spawned)
    })
    return { pid: spawned.pid, birth: birthOf(spawned.pid) ?? 'ended', ended }
  }

  function startAgain({ exitCode, signalCode }: Bun.Subprocess) {
    const isWrongSetting = exitCode === wrongSetting
    const how = signalCode ? `by ${signalCode}` : `with code ${exitCode}${isWrongSetting ? ': a wrong setting' : ''}`
    const pause = isWrongSetting ? '' : `, or in ${pauseMs / 1000} s`
    void print(formatLine(service.name, `ended ${how}; it starts again when you save one of its files${pause}`))
    // process.exit ends the watcher of --watch too.
    watcher = watch(join(root, dirname(service.entry)), { recursive: true }, () => begin(firstPauseMs))
    const nextPauseMs = Math.min(2 * pauseMs, maxPauseMs)
    if (!isWrongSetting) timer = setTimeout(() => begin(nextPauseMs), pauseMs)
  }

  function begin(nextPauseMs: number) {
    // One save is several events.
    if (stopping || !watcher) return
    rest()
    pauseMs = nextPauseMs
    child = spawn()
  }

  function rest() {
    clearTimeout(timer)
    watcher?.close()
    watcher = undefined
  }

  return {
    async stop() {
      stopping = true
      rest()
      await stopProcess({ name: service.name, ...child }, graceMs)
      await child.ended
    },
  }
}
