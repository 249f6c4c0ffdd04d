import { join } from 'node:path'
import type { PrivateDatabase } from './database.ts'
import { givenDatabases, prepareMachine, privateDatabases, startPrivate } from './databases.ts'
import { serviceEnvironment } from './environment.ts'
import { claim } from './leftover.ts'
import { print, say } from './log.ts'
import { watchPlayer } from './player.ts'
import { demandFree, readPorts } from './ports.ts'
import { readyText, untilReady } from './ready.ts'
import { type Service, startService } from './services.ts'

export interface Development {
  root: string
  environment: Record<string, string | undefined>
  /** In the order of their start; they are stopped the other way round. */
  services: Service[]
  /** Called with the services' settings before the public one starts, when nothing is in their private database. */
  fillEmpty?: ((settings: Record<string, string | undefined>) => Promise<void>) | undefined
  /** Takes what to do at the end; the last one taken is done first. */
  atEnd(step: () => unknown): void
  /** Aborted when the end has begun: nothing is started after that. */
  signal: AbortSignal
}

/** The public service, which starts last. */
const door = 'web-srv'

/** Runs the whole stack out of a checkout. Never resolves; rejects when it cannot start, or loses its database. */
export async function develop({ root, environment, services, fillEmpty, atEnd, signal }: Development): Promise<void> {
  const data = join(root, '.data')
  const claimed = await claim(data, say)
  atEnd(claimed.release)

  const ports = readPorts(environment)
  await demandFree(ports)

  const given = givenDatabases(environment)
  await prepareMachine(!given, say)
  signal.throwIfAborted()
  const starting = given ? undefined : startPrivate(data, say)
  atEnd(() => starting?.then((database) => database.stop()))
  const database = await starting
  signal.throwIfAborted()
  const urls = given ?? privateDatabases(database!, environment)

  const surroundings = { root, environment: serviceEnvironment(environment, ports, urls, data), claim: claimed, print }
  const start = (service: Service) => atEnd(startService(service, surroundings).stop)
  for (const service of services) if (service.name !== door) start(service)
  // Before the door opens, so that nobody sees the feed change under her hands.
  if (database?.fresh) await Promise.race([fillEmpty?.(surroundings.environment), lost(database)])
  signal.throwIfAborted()
  for (const service of services) if (service.name === door) start(service)
  atEnd(watchPlayer(root, print).stop)

  await Promise.race([untilReady(ports.WEB_PORT, say), lost(database)])
  await print(readyText(ports.WEB_PORT, data))
  await lost(database)
}

// Resolves never; rejects when the database ends before its time.
async function lost(database: PrivateDatabase | undefined): Promise<never> {
  await (database?.process.exited ?? new Promise(() => {}))
  throw new Error('the database server has ended; .data/database/server.log says why')
}
