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

/** Starts a service that is reloaded on every save, and begun again at the next save when it has ended. */
export function startService(service: Service, { root, environment, claim, print }: Surroundings): Running {
  let stopping = false
  let watcher: FSWatcher | undefined
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
    claim.note(service.name, spawned.pid)
    const output = [follow(spawned.stdout, service.name, print), follow(spawned.stderr, service.name, print)]
    const ended = Promise.all([spawned.exited, ...output]).then(([code]) => stopping || waitForSave(code))
    return { pid: spawned.pid, birth: birthOf(spawned.pid) ?? 'ended', ended }
  }

  // process.exit ends the watcher of --watch too.
  function waitForSave(code: number) {
    void print(formatLine(service.name, `ended with code ${code}; it starts again when you save one of its files`))
    watcher = watch(join(root, dirname(service.entry)), { recursive: true }, () => {
      // One save is several events.
      if (stopping || !watcher) return
      watcher.close()
      watcher = undefined
      child = spawn()
    })
  }

  return {
    async stop() {
      stopping = true
      watcher?.close()
      await stopProcess({ name: service.name, ...child }, graceMs)
      await child.ended
    },
  }
}
