import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { password } from '../fill.ts'
import { readLeg } from '../http.ts'
import type { Leg } from '../leg.ts'
import type { Seen } from '../seen.ts'
import { startServices, type World } from '../world.ts'
import { runWrk } from '../wrk.ts'
import type { Comparison, Scenario } from './scenario.ts'

/** Concurrent sign-ins: more than user-srv hashes concurrently, fewer than it rejects. */
const stormConnections = 16

async function login(world: World): Promise<{ base: string; leg: Leg; stop(): Promise<void> }> {
  const services = await startServices(world, {})
  const pattern = `/douyin/user/login/?password=${encodeURIComponent(password)}&username=user+{s}`
  return {
    base: services.base,
    stop: services.stop,
    leg: {
      name: 'logins',
      watched: services.watched,
      drive: (seconds) => {
        const script = ['post', world.tokensFile, '1', pattern, String(world.scale.users), 'do']
        return runWrk({ url: services.base, connections: stormConnections, seconds, script })
      },
    },
  }
}

/** As many concurrent hashes as user-srv allows. */
const hashing: Leg = {
  name: 'argon2id',
  watched: [],
  async drive(seconds) {
    const peer = join(import.meta.dir, '../peers/hash.ts')
    const concurrency = Math.max(1, availableParallelism() - 1)
    return (await Bun.$`${process.execPath} ${peer} ${concurrency} ${seconds}`.json()) as Seen
  },
}

async function beside(world: World): Promise<Comparison> {
  const { base, leg, stop } = await login(world)
  const feed = await readLeg(world, 'feed', base, leg.watched, ['/douyin/feed/'])
  const feedBesideLogins: Leg = {
    name: 'feed beside logins',
    watched: leg.watched,
    async drive(seconds, connections) {
      const [seen] = await Promise.all([feed.drive(seconds, connections), leg.drive(seconds, stormConnections)])
      return seen
    },
  }
  return { ours: feedBesideLogins, baseline: feed, close: stop, ratio: (ours, baseline) => baseline.p99 / ours.p99 }
}

export const loginScenarios: Scenario[] = [
  {
    name: 'logins',
    what: `logins, ${stormConnections} at once`,
    baseline: 'bare argon2id hashes, as many threads',
    goal: 0.85,
    async open(world) {
      const { leg, stop } = await login(world)
      return { ours: leg, baseline: hashing, close: stop }
    },
  },
  {
    name: 'feed-beside-logins',
    what: 'p99 of the feed beside a login storm',
    baseline: 'p99 of the feed alone (a ratio of 0.5 is twice as long)',
    goal: 0.5,
    open: beside,
  },
]
