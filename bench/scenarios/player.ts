import { join } from 'node:path'
import { firstPublishMs } from '../fill.ts'
import { replayServer } from '../http.ts'
import type { Leg } from '../leg.ts'
import { type ServiceOptions, type StartedServices, startServices, type World } from '../world.ts'
import { runWrk } from '../wrk.ts'
import type { Comparison, Scenario } from './scenario.ts'

/** A request as the player sends it, with the token in a header. */
interface PlayerRequest {
  method: 'GET' | 'POST'
  path: string
  token: string
}

const pageSize = 30
/** How many pages a viewer scrolls down before starting again. */
const depth = 4
/** One request of ten is a write. */
const writeShare = 10

/**
 * The viewers in turn, each one page further down than the time before. With 10,000 viewers a viewer requests a page less
 * than once a second, as long as fewer than 10,000 pages are served in a second.
 */
function scrolling(world: World, path: string): PlayerRequest[] {
  const newestMs = firstPublishMs + world.scale.videos * 1000
  return Array.from({ length: depth }, (_, round) =>
    world.viewerTokens.map((token, viewer): PlayerRequest => {
      const page = (viewer + round) % depth
      const bound = page === 0 ? '' : `?latest_time=${newestMs - page * pageSize * 1000}`
      return { method: 'GET', path: path + bound, token }
    }),
  ).flat()
}

/**
 * The same with a write as every tenth request: likes, follows and comments in turn. What the first half of the requests
 * likes and follows the second half undoes, so that each write changes a row however often the list is repeated.
 */
function withWrites(world: World, reads: PlayerRequest[]): PlayerRequest[] {
  const half = Math.floor(reads.length / writeShare / 2)
  return reads.map((read, i): PlayerRequest => {
    const number = i / writeShare
    if (!Number.isInteger(number)) return read
    const isUndo = number >= half
    const { token } = reads[(isUndo ? number - half : number) * writeShare] ?? read
    return { method: 'POST', path: writePath(world, isUndo ? number - half : number, isUndo ? 2 : 1), token }
  })
}

function writePath({ scale: { users, videos } }: World, number: number, action: 1 | 2): string {
  // Likes and comments go to what people see: the newest videos.
  const video = videos - ((number * 7919) % Math.min(videos, 200))
  const user = ((number * 104_729) % users) + 1
  const paths = [
    `/douyin/favorite/action/?video_id=${video}&action_type=${action}`,
    `/douyin/relation/action/?to_user_id=${user}&action_type=${action}`,
    `/douyin/comment/action/?video_id=${video}&action_type=1&comment_text=nice`,
  ]
  return paths[number % paths.length] ?? ''
}

let fileCount = 0

async function playerLeg(
  world: World,
  name: string,
  services: StartedServices,
  requests: PlayerRequest[],
): Promise<Leg> {
  const file = join(world.dir, `player-${fileCount++}`)
  await Bun.write(file, requests.map(({ method, path, token }) => `${method} ${path} ${token}`).join('\n'))
  return {
    name,
    watched: services.watched,
    drive: (seconds, connections) => runWrk({ url: services.base, connections, seconds, script: ['player', file] }),
  }
}

async function besideHandler(world: World, path: string): Promise<Comparison> {
  const services = await startServices(world, {})
  const handler = await replayServer(world, `${services.base}/douyin/feed/`)
  return {
    ours: await playerLeg(world, 'player', services, scrolling(world, path)),
    baseline: handler.leg,
    close: async () => void (await Promise.all([services.stop(), handler.stop()])),
  }
}

/** Reads with writes among them, beside the same reads without writes. */
async function mixed(world: World): Promise<Comparison> {
  const services = await startServices(world, {})
  const reads = scrolling(world, '/douyin/feed/')
  return {
    ours: await playerLeg(world, 'reads and writes', services, withWrites(world, reads)),
    baseline: await playerLeg(world, 'reads', services, reads),
    close: services.stop,
  }
}

/** One process beside three, each on the first core alone; load tool and database are not bound to a core. */
async function onOneCore(world: World): Promise<Comparison> {
  const options: ServiceOptions = { core: 0 }
  const [box, three] = await Promise.all([
    startServices(world, { ...options, oneBox: true }),
    startServices(world, options),
  ])
  const reads = scrolling(world, '/douyin/feed/')
  return {
    ours: await playerLeg(world, 'one-box', box, reads),
    baseline: await playerLeg(world, 'three processes', three, reads),
    close: async () => void (await Promise.all([box.stop(), three.stop()])),
  }
}

export const playerScenarios: Scenario[] = [
  {
    name: 'feed-player',
    what: 'feed as the player reads it: 10,000 viewers, token in a header, four pages by cursor',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0.2,
    open: (world) => besideHandler(world, '/douyin/feed/'),
  },
  {
    name: 'following-player',
    what: 'the followed feed, read in the same way',
    baseline: 'Bun.serve handler, same bytes',
    goal: 0,
    open: (world) => besideHandler(world, '/douyin/feed/following/'),
  },
  {
    name: 'mixed',
    what: 'the feed as the player reads it, and 10 % likes, follows and comments',
    baseline: 'the same reads alone',
    goal: 0.6,
    open: mixed,
  },
  {
    name: 'one-box-core',
    what: 'the feed as the player reads it, one-box on one core',
    baseline: 'three processes on one core',
    goal: 1.5,
    open: onOneCore,
  },
]
