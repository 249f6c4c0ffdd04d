import { readLeg, replayServer } from '../http.ts'
import { type ServiceOptions, startServices, type World } from '../world.ts'
import type { Comparison, Scenario } from './scenario.ts'

const path = '/douyin/feed/'

async function guest(world: World, processes: number): Promise<Comparison> {
  const services = await startServices(world, { webs: processes })
  const handler = await replayServer(world, services.base + path, 'handler', processes)
  const ceiling = await replayServer(world, services.base + path, 'static', processes)
  return {
    ours: await readLeg(world, 'feed', services.base, services.watched, [path]),
    baseline: handler.leg,
    beside: [ceiling.leg],
    close: async () => void (await Promise.all([services.stop(), handler.stop(), ceiling.stop()])),
  }
}

export async function signedInFeed(world: World, options: ServiceOptions): Promise<Comparison> {
  const services = await startServices(world, options)
  const paths = world.tokens.map((token) => `${path}?token=${token}`)
  const handler = await replayServer(world, services.base + (paths[0] ?? ''))
  return {
    ours: await readLeg(world, 'feed, signed in', services.base, services.watched, paths),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

export const feedScenarios: Scenario[] = [
  {
    name: 'feed-guest',
    what: 'feed, guest, 30 videos, 1 web process',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0.8,
    connections: [64, 400],
    open: (world) => guest(world, 1),
  },
  {
    name: 'feed-guest-2',
    what: 'feed, guest, 2 web processes',
    baseline: '2 Bun.serve handlers, same bytes',
    goal: 0.8,
    open: (world) => guest(world, 2),
  },
  {
    name: 'feed-signed-in',
    what: 'feed, signed in, 1000 viewers who look many times a second each: no client does that, see feed-player',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0.25,
    connections: [64, 400],
    open: (world) => signedInFeed(world, {}),
  },
]
