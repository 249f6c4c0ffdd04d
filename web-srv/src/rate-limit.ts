import { BlockList } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { type AddressOf, clientAddresses } from './client-address.ts'
import { type Guess, guesses } from './guesses.ts'
import { TooOften } from './too-often.ts'

const hour = 3600

/** How often: points per seconds, by address for guests and by user for the signed in. */
const rules = {
  register: { points: 60, duration: hour },
  login: { points: 60, duration: 60 },
  publish: { points: 60, duration: hour },
  update: { points: 60, duration: hour },
  favorite: { points: 240, duration: 60 },
  comment: { points: 60, duration: 60 },
  relation: { points: 240, duration: 60 },
  message: { points: 120, duration: 60 },
}

export type Rule = keyof typeof rules

export interface RateLimit {
  /** Counts one; throws TooOften beyond the rule. */
  count(rule: Rule, key: string): Promise<void>
  guess: Guess
  addressOf: AddressOf
}

/** Counts in this process: with several web-srv each has its own. */
export function rateLimit(on: boolean, trustedProxies = new BlockList()): RateLimit {
  const addressOf = clientAddresses(trustedProxies)
  if (!on) return { count: async () => {}, guess: (_account, _address, attempt) => attempt(), addressOf }
  const entries = Object.entries(rules).map(([rule, limits]) => [rule, new RateLimiterMemory(limits)])
  const limiters: Record<Rule, RateLimiterMemory> = Object.fromEntries(entries)
  return {
    async count(rule, key) {
      await limiters[rule].consume(key).catch((refused) => {
        throw refused instanceof RateLimiterRes ? tooOften(refused) : refused
      })
    },
    guess: guesses(),
    addressOf,
  }
}

const tooOften = ({ msBeforeNext }: RateLimiterRes) => new TooOften(Math.max(1, Math.ceil(msBeforeNext / 1000)))
