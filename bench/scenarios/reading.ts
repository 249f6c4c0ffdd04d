import { firstPublishMs } from '../fill.ts'
import { readLeg, replayServer } from '../http.ts'
import type { Figures } from '../leg.ts'
import { type ServiceOptions, startServices, type World } from '../world.ts'
import type { Comparison, Scenario } from './scenario.ts'

const lists: Record<string, (subject: number) => string> = {
  'list-published': (user) => `/douyin/publish/list/?user_id=${user}`,
  'list-liked': (user) => `/douyin/favorite/list/?user_id=${user}&limit=30`,
  'list-comments': (video) => `/douyin/comment/list/?video_id=${video}`,
  user: (user) => `/douyin/user/?user_id=${user}`,
}
/** How many different lists the viewers request. */
const subjects = 100
const pageSize = 30
const cacheOff = { env: { SHARE_MS: '0' } }

/** A list endpoint, requested by many viewers for a hundred subjects. */
async function list(world: World, path: (subject: number) => string): Promise<Comparison> {
  const services = await startServices(world, {})
  const paths = world.tokens.map((token, i) => `${path((i % subjects) + 1)}&token=${token}`)
  const handler = await replayServer(world, services.base + (paths[0] ?? ''))
  return {
    ours: await readLeg(world, 'list', services.base, services.watched, paths),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

/** Feed paths with different bounds, so that no two requests are equal. */
const feedBefore = (time: number) => Array.from({ length: 1000 }, (_, i) => `/douyin/feed/?latest_time=${time + i}`)

async function deep(world: World, page: number): Promise<Comparison> {
  const services = await startServices(world, cacheOff)
  const newest = firstPublishMs + world.scale.videos * 1000
  const bound = Math.max(newest - page * pageSize * 1000, firstPublishMs + 2 * pageSize * 1000)
  return {
    ours: await readLeg(world, `page ${page}`, services.base, services.watched, feedBefore(bound)),
    baseline: await readLeg(world, 'page 1', services.base, services.watched, feedBefore(newest + 2000)),
    close: services.stop,
  }
}

/** Feeds of different viewers without the page cache, with two numbers of processes. */
async function compareProcessCounts(world: World, ours: ServiceOptions, baseline: ServiceOptions): Promise<Comparison> {
  const [first, second] = await Promise.all([
    startServices(world, { ...ours, ...cacheOff }),
    startServices(world, { ...baseline, ...cacheOff }),
  ])
  const paths = world.tokens.map((token, i) => `/douyin/feed/?latest_time=${firstPublishMs + 1e6 + i}&token=${token}`)
  return {
    ours: await readLeg(world, 'ours', first.base, first.watched, paths),
    baseline: await readLeg(world, 'baseline', second.base, second.watched, paths),
    close: async () => void (await Promise.all([first.stop(), second.stop()])),
  }
}

/** Many concurrent feeds without the page cache, beside a handler that sends fixed bytes. */
async function manyConnections(world: World): Promise<Comparison> {
  const services = await startServices(world, cacheOff)
  const paths = world.tokens.map((token) => `/douyin/feed/?token=${token}`)
  const handler = await replayServer(world, services.base + (paths[0] ?? ''))
  return {
    ours: await readLeg(world, 'ours', services.base, services.watched, paths),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

/** The number of connections with the highest throughput. */
const peakConnections = 256

/** Throughput of successful requests with ten and fifty times as many connections. The clients do not back off when
 * they are rejected. */
async function overload(world: World): Promise<Comparison> {
  const services = await startServices(world, cacheOff)
  const paths = world.tokens.map((token) => `/douyin/feed/?token=${token}`)
  const leg = await readLeg(world, 'overload', services.base, services.watched, paths)
  const successesPerSecond = ({ requests, status, seconds }: Figures) => (requests - status) / seconds
  return {
    ours: leg,
    baseline: { ...leg, name: 'peak', drive: (seconds) => leg.drive(seconds, peakConnections) },
    close: services.stop,
    ratio: (ours, baseline) => successesPerSecond(ours) / successesPerSecond(baseline),
  }
}

export const readingScenarios: Scenario[] = [
  {
    name: 'overload',
    what: 'feed, signed in, nothing kept: what is not turned away, by clients that never pause',
    baseline: `${peakConnections} connections`,
    goal: 0.8,
    connections: [10 * peakConnections, 50 * peakConnections],
    open: overload,
  },
  {
    name: 'feed-many-connections',
    what: 'feed, signed in, nothing kept: nobody waits for 1 s',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0,
    connections: [256, 1000],
    open: manyConnections,
  },
  ...[100, 300, 1000].map((page) => ({
    name: `feed-page-${page}`,
    what: `feed, guest, page ${page} by cursor, nothing kept`,
    baseline: 'page 1, nothing kept',
    goal: 0.9,
    open: (world: World) => deep(world, page),
  })),
  ...Object.entries(lists).map(([name, path]) => ({
    name,
    what: `${name}, signed in, of ${subjects} by 1000 viewers`,
    baseline: 'Bun.serve handler, same bytes',
    goal: 0.15,
    open: (world: World) => list(world, path),
  })),
  {
    name: 'replicas',
    what: 'feed, signed in, nothing kept, 2 user-srv and 2 feed-srv',
    baseline: '1 of each',
    goal: 1,
    open: (world) => compareProcessCounts(world, { users: 2, feeds: 2 }, {}),
  },
]
