import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { password } from '../fill.ts'
import { reading } from '../http.ts'
import type { Leg } from '../leg.ts'
import type { Seen } from '../seen.ts'
import { startServices, type World } from '../world.ts'
import { runWrk } from '../wrk.ts'
import type { Comparison, Scenario } from './scenario.ts'

/** People who sign in at once: more than are hashed at a time, fewer than are turned away. */
const storm = 16

async function login(world: World): Promise<{ base: string; leg: Leg; stop(): Promise<void> }> {
  const services = await startServices(world, {})
  const body = `/douyin/user/login/?password=${encodeURIComponent(password)}&username=user+{s}`
  return {
    base: services.base,
    stop: services.stop,
    leg: {
      name: 'logins',
      watched: services.watched,
      drive: (seconds) => {
        const script = ['post', world.tokens, '1', body, String(world.scale.users), 'do']
        return runWrk({ url: services.base, connections: storm, seconds, script })
      },
    },
  }
}

/** As many hashes at once as user-srv allows itself. */
const hashing: Leg = {
  name: 'argon2id',
  watched: [],
  async drive(seconds) {
    const peer = join(import.meta.dir, '../peers/hash.ts')
    const atOnce = Math.max(1, availableParallelism() - 1)
    return (await Bun.$`${process.execPath} ${peer} ${atOnce} ${seconds}`.json()) as Seen
  },
}

async function beside(world: World): Promise<Comparison> {
  const { base, leg, stop } = await login(world)
  const alone = await reading(world, 'feed', base, leg.watched, ['/douyin/feed/'])
  const crowded: Leg = {
    name: 'feed beside logins',
    watched: leg.watched,
    async drive(seconds, connections) {
      const [seen] = await Promise.all([alone.drive(seconds, connections), leg.drive(seconds, storm)])
      return seen
    },
  }
  return { ours: crowded, baseline: alone, close: stop, ratio: (ours, baseline) => baseline.p99 / ours.p99 }
}

export const loginScenarios: Scenario[] = [
  {
    name: 'logins',
    what: `logins, ${storm} at once`,
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
