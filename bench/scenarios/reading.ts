import { firstPublished } from '../fill.ts'
import { reading, sameBytes } from '../http.ts'
import type { Figures } from '../leg.ts'
import { startServices, type Wanted, type World } from '../world.ts'
import type { Comparison, Scenario } from './scenario.ts'

const lists: Record<string, (subject: number) => string> = {
  'list-published': (user) => `/douyin/publish/list/?user_id=${user}`,
  'list-liked': (user) => `/douyin/favorite/list/?user_id=${user}&limit=30`,
  'list-comments': (video) => `/douyin/comment/list/?video_id=${video}`,
  user: (user) => `/douyin/user/?user_id=${user}`,
}
/** As many subjects, asked for by as many viewers. */
const subjects = 100
const pageSize = 30
const off = { env: { SHARE_MS: '0' } }

/** A list of somebody, by many viewers. */
async function list(world: World, path: (subject: number) => string): Promise<Comparison> {
  const services = await startServices(world, {})
  const paths = world.tokenOf.map((token, i) => `${path((i % subjects) + 1)}&token=${token}`)
  const handler = await sameBytes(world, services.base + (paths[0] ?? ''))
  return {
    ours: await reading(world, 'list', services.base, services.watched, paths),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

/** Of each path another bound, so that no two questions are equal. */
const feedBefore = (time: number) => Array.from({ length: 1000 }, (_, i) => `/douyin/feed/?latest_time=${time + i}`)

async function deep(world: World, page: number): Promise<Comparison> {
  const services = await startServices(world, off)
  const newest = firstPublished + world.scale.videos * 1000
  const bound = Math.max(newest - page * pageSize * 1000, firstPublished + 2 * pageSize * 1000)
  return {
    ours: await reading(world, `page ${page}`, services.base, services.watched, feedBefore(bound)),
    baseline: await reading(world, 'page 1', services.base, services.watched, feedBefore(newest + 2000)),
    close: services.stop,
  }
}

/** Feeds of different viewers with nothing kept, beside the same of another arrangement of services. */
async function arranged(world: World, ours: Wanted, baseline: Wanted): Promise<Comparison> {
  const [first, second] = await Promise.all([
    startServices(world, { ...ours, ...off }),
    startServices(world, { ...baseline, ...off }),
  ])
  const paths = world.tokenOf.map((token, i) => `/douyin/feed/?latest_time=${firstPublished + 1e6 + i}&token=${token}`)
  return {
    ours: await reading(world, 'ours', first.base, first.watched, paths),
    baseline: await reading(world, 'baseline', second.base, second.watched, paths),
    close: async () => void (await Promise.all([first.stop(), second.stop()])),
  }
}

/** Many at once with nothing kept, beside a handler that does nothing. */
async function crowd(world: World): Promise<Comparison> {
  const services = await startServices(world, off)
  const paths = world.tokenOf.map((token) => `/douyin/feed/?token=${token}`)
  const handler = await sameBytes(world, services.base + (paths[0] ?? ''))
  return {
    ours: await reading(world, 'crowd', services.base, services.watched, paths),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

/** As many as serve it best. */
const peakConnections = 256

/** What comes through of ten and of fifty times as many, none of whom pauses when she is turned away. */
async function overload(world: World): Promise<Comparison> {
  const services = await startServices(world, off)
  const paths = world.tokenOf.map((token) => `/douyin/feed/?token=${token}`)
  const crowd = await reading(world, 'overload', services.base, services.watched, paths)
  const answered = ({ requests, status, seconds }: Figures) => (requests - status) / seconds
  return {
    ours: crowd,
    baseline: { ...crowd, name: 'peak', drive: (seconds) => crowd.drive(seconds, peakConnections) },
    close: services.stop,
    ratio: (ours, baseline) => answered(ours) / answered(baseline),
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
    name: 'feed-crowd',
    what: 'feed, signed in, nothing kept: nobody waits for 1 s',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0,
    connections: [256, 1000],
    open: crowd,
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
    open: (world) => arranged(world, { users: 2, feeds: 2 }, {}),
  },
]
