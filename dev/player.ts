import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { follow, type Print } from './log.ts'

const folder = 'player'
const sources = ['app', 'styles', 'worker']

/** Builds the player again when one of its files is saved. web-srv imports the result, and then reloads. */
export function watchPlayer(root: string, print: Print): { stop(): Promise<void> } {
  let isStale = false
  let building: Promise<void> | undefined
  let child: Bun.Subprocess | undefined
  let stopping = false

  async function build(): Promise<void> {
    // One save causes several events, and more saves may come during a build.
    while (isStale && !stopping) {
      isStale = false
      const run = Bun.spawn([process.execPath, join(folder, 'build.ts')], { cwd: root, stdout: 'pipe', stderr: 'pipe' })
      child = run
      await Promise.all([follow(run.stdout, 'player', print), follow(run.stderr, 'player', print), run.exited])
    }
    building = undefined
  }

  const onSave = () => {
    isStale = true
    building ??= build()
  }
  const folders = sources.map((name) => join(root, folder, name)).filter(existsSync)
  const watchers = folders.map((path) => watch(path, { recursive: true }, onSave))
  return {
    async stop() {
      stopping = true
      for (const watcher of watchers) watcher.close()
      child?.kill()
      await building
    },
  }
}
