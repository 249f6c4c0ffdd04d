import { join } from 'node:path'
import { freePorts } from '../test/stack.ts'
import type { Leg } from './leg.ts'
import { startProcess, type Watched } from './processes.ts'
import type { World } from './world.ts'
import { runWrk } from './wrk.ts'

let files = 0

/** Reads these paths again and again. */
export async function reading(
  world: World,
  name: string,
  base: string,
  watched: Watched[],
  paths: string[],
): Promise<Leg> {
  const file = join(world.dir, `paths-${files++}`)
  await Bun.write(file, paths.join('\n'))
  return {
    name,
    watched,
    drive: (seconds, connections) => runWrk({ url: base, connections, seconds, script: ['get', file] }),
  }
}

/** A Bun.serve that answers with the bytes and headers that this URL gives. */
export async function sameBytes(world: World, url: string, kind: 'handler' | 'static' = 'handler', processes = 1) {
  const answer = await fetch(url)
  const file = join(world.dir, `bytes-${files++}`)
  await Bun.write(file, await answer.bytes())
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !['date', 'content-length', 'connection'].includes(name)),
  )
  await Bun.write(`${file}.headers`, JSON.stringify(headers))
  const [port] = await freePorts(1)
  const base = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(import.meta.dir, 'peers/bytes.ts'), String(port), file, kind]
  const start = () => startProcess(command, { NODE_ENV: 'production' }, async () => (await fetch(base)).ok)
  const started = await Promise.all(Array.from({ length: processes }, start))
  const leg = await reading(
    world,
    `Bun.serve, ${kind}`,
    base,
    [{ name: 'bun', pids: started.map((one) => one.pid) }],
    ['/'],
  )
  return {
    leg,
    async stop() {
      await Promise.all(started.map((one) => one.stop()))
    },
  }
}
