import { Failure, status } from '@douyin/proto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

const hour = 3600

/** How often: points per seconds, by address for guests and by user for the signed in. */
const rules = {
  register: { points: 60, duration: hour },
  login: { points: 60, duration: 60 },
  /** Wrong passwords for one name; a right one is not counted. */
  wrongPassword: { points: 10, duration: hour / 4 },
  publish: { points: 60, duration: hour },
  update: { points: 60, duration: hour },
  favorite: { points: 240, duration: 60 },
  comment: { points: 60, duration: 60 },
  relation: { points: 240, duration: 60 },
  message: { points: 120, duration: 60 },
}

export type Rule = keyof typeof rules

/** Too many requests of one kind: HTTP 429. */
export class TooOften extends Failure {
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super(status.RESOURCE_EXHAUSTED, `too often, please try again in ${retryAfterS} s`)
    this.retryAfterS = retryAfterS
  }
}

export interface RateLimit {
  /** Counts one; throws TooOften beyond the rule. */
  count(rule: Rule, key: string): Promise<void>
  /** Throws TooOften if the rule is used up, without counting. */
  check(rule: Rule, key: string): Promise<void>
}

/** Counts in this process: with several web-srv each has its own. */
export function rateLimit(on: boolean): RateLimit {
  if (!on) return { count: async () => {}, check: async () => {} }
  const entries = Object.entries(rules).map(([rule, limits]) => [rule, new RateLimiterMemory(limits)])
  const limiters: Record<Rule, RateLimiterMemory> = Object.fromEntries(entries)
  return {
    async count(rule, key) {
      await limiters[rule].consume(key).catch((refused) => {
        throw refused instanceof RateLimiterRes ? tooOften(refused) : refused
      })
    },
    async check(rule, key) {
      const used = await limiters[rule].get(key)
      if (used && used.consumedPoints >= rules[rule].points) throw tooOften(used)
    },
  }
}

const tooOften = ({ msBeforeNext }: RateLimiterRes) => new TooOften(Math.max(1, Math.ceil(msBeforeNext / 1000)))
