import { join } from 'node:path'
import { freePorts } from '../test/stack.ts'
import type { Leg } from './leg.ts'
import { startProcess, type Watched } from './processes.ts'
import type { World } from './world.ts'
import { runWrk } from './wrk.ts'

let fileCount = 0

/** A leg that requests these paths in a loop. */
export async function readLeg(
  world: World,
  name: string,
  base: string,
  watched: Watched[],
  paths: string[],
): Promise<Leg> {
  const file = join(world.dir, `paths-${fileCount++}`)
  await Bun.write(file, paths.join('\n'))
  return {
    name,
    watched,
    drive: (seconds, connections) => runWrk({ url: base, connections, seconds, script: ['get', file] }),
  }
}

/** Starts Bun.serve processes that answer with the body and headers of this URL. */
export async function replayServer(world: World, url: string, kind: 'handler' | 'static' = 'handler', processes = 1) {
  const answer = await fetch(url)
  const file = join(world.dir, `bytes-${fileCount++}`)
  await Bun.write(file, await answer.bytes())
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !['date', 'content-length', 'connection'].includes(name)),
  )
  await Bun.write(`${file}.headers`, JSON.stringify(headers))
  const [port] = await freePorts(1)
  const base = `http://127.0.0.1:${port}`
  const command = [process.execPath, join(import.meta.dir, 'peers/bytes.ts'), String(port), file, kind]
  const start = () => startProcess(command, { NODE_ENV: 'production' }, async () => (await fetch(base)).ok)
  const servers = await Promise.all(Array.from({ length: processes }, start))
  const leg = await readLeg(
    world,
    `Bun.serve, ${kind}`,
    base,
    [{ name: 'bun', pids: servers.map((server) => server.pid) }],
    ['/'],
  )
  return {
    leg,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}
