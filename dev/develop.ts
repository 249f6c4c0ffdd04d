import { join } from 'node:path'
import type { PrivateDatabase } from './database.ts'
import { givenDatabases, prepareMachine, privateDatabases, startPrivate } from './databases.ts'
import { serviceEnvironment } from './environment.ts'
import { claim } from './leftover.ts'
import { print, say } from './log.ts'
import { watchPlayer } from './player.ts'
import { demandFree, readPorts } from './ports.ts'
import { readyText, untilReady } from './ready.ts'
import { type DevService, startService } from './services.ts'

export interface Development {
  root: string
  environment: Record<string, string | undefined>
  /** In the order of their start. They are stopped in the reverse order. */
  services: DevService[]
  /** Called with the services' settings before the public one starts, if their private database is empty. */
  fillEmpty?: ((settings: Record<string, string | undefined>) => Promise<void>) | undefined
  /** Registers a step for the end. The steps run in the reverse order. */
  atEnd(step: () => unknown): void
  /** Aborted when the end begins. Nothing is started after that. */
  signal: AbortSignal
}

/** The public service, which starts last. */
const publicService = 'web-srv'

/** Runs the whole stack from a checkout. Never resolves. Rejects if it cannot start, or if its database ends. */
export async function develop({ root, environment, services, fillEmpty, atEnd, signal }: Development): Promise<void> {
  const data = join(root, '.data')
  const claimed = await claim(data, say)
  atEnd(claimed.release)

  const ports = readPorts(environment)
  await demandFree(ports)

  const givenUrls = givenDatabases(environment)
  await prepareMachine(!givenUrls, say)
  signal.throwIfAborted()
  const starting = givenUrls ? undefined : startPrivate(data, say)
  atEnd(() => starting?.then((database) => database.stop()))
  const database = await starting
  signal.throwIfAborted()
  const urls = givenUrls ?? privateDatabases(database!, environment)

  const context = { root, environment: serviceEnvironment(environment, ports, urls, data), claim: claimed, print }
  const start = (service: DevService) => atEnd(startService(service, context).stop)
  for (const service of services) if (service.name !== publicService) start(service)
  // Before the public service starts, so that no user sees the feed change.
  if (database?.fresh) await Promise.race([fillEmpty?.(context.environment), lost(database)])
  signal.throwIfAborted()
  for (const service of services) if (service.name === publicService) start(service)
  atEnd(watchPlayer(root, print).stop)

  await Promise.race([untilReady(ports.WEB_PORT, say), lost(database)])
  await print(readyText(ports.WEB_PORT, data))
  await lost(database)
}

// Never resolves. Rejects if the database ends.
async function lost(database: PrivateDatabase | undefined): Promise<never> {
  await (database?.process.exited ?? new Promise(() => {}))
  throw new Error('the database server has ended; .data/database/server.log says why')
}
