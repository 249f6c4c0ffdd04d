import { BlockList } from 'node:net'
import { LRUCache } from 'lru-cache'
import * as v from 'valibot'
import { type AddressOf, clientAddresses } from '../http/client-address.ts'
import { TooOften } from '../http/too-often.ts'
import { type LoginAttempt, loginThrottle } from './login-throttle.ts'

/** So many at once; what was used comes back evenly, all of it within `seconds`. */
export interface Allowance {
  points: number
  seconds: number
}

/** Of each user, or of each address where nobody is signed in: see docs/limits.md. */
export const defaultRules = {
  register: { points: 60, seconds: 900 },
  login: { points: 60, seconds: 60 },
  publish: { points: 60, seconds: 3600 },
  unknown_upload: { points: 120, seconds: 3600 },
  update: { points: 60, seconds: 3600 },
  delete: { points: 120, seconds: 600 },
  favorite: { points: 240, seconds: 60 },
  comment: { points: 60, seconds: 60 },
  relation: { points: 240, seconds: 60 },
  message: { points: 120, seconds: 60 },
  message_read: { points: 240, seconds: 60 },
  read: { points: 12_000, seconds: 60 },
  history: { points: 600, seconds: 60 },
  socket: { points: 60, seconds: 60 },
  page: { points: 1200, seconds: 60 },
}

export type Rule = keyof typeof defaultRules
export type Rules = Record<Rule, Allowance>

const mistake = 'must be JSON such as {"comment":{"points":60,"seconds":60}}, with rules of docs/limits.md'
const atLeastOne = v.pipe(v.number(mistake), v.minValue(1, mistake), v.maxValue(1e9, mistake))
const allowance = v.strictObject({ points: atLeastOne, seconds: atLeastOne }, mistake)
const entries = Object.fromEntries(Object.keys(defaultRules).map((rule) => [rule, v.optional(allowance)]))

/** The setting RATE_LIMITS: what it names changes, all else stays as it is. */
export const rulesSetting = v.optional(
  v.pipe(
    v.string(),
    v.parseJson(undefined, mistake),
    v.strictObject(entries, mistake),
    v.transform((given): Rules => ({ ...defaultRules, ...given })),
  ),
  '{}',
)

/** Reads are counted before anything is done for them, since an answer may be there already. */
export const isReadRule = (rule: Rule) => rule === 'read' || rule === 'page'

export interface RateLimit {
  isOn: boolean
  /** Takes one point; throws TooOften where none is left. */
  count(rule: Rule, key: string): void
  throttleLogin: LoginAttempt
  /** A device at this address has signed in to this account: it does not wait for the wrong guesses of others. */
  trustAddress(account: string, address: string): void
  addressOf: AddressOf
}

export interface RateLimitOptions {
  trustedProxies?: BlockList
  rules?: Rules
  /** Ms. */
  now?: () => number
}

const keptKeys = 100_000

/** Counts in this process: with several web-srv each has its own. */
export function rateLimit(on: boolean, options: RateLimitOptions = {}): RateLimit {
  const { trustedProxies = new BlockList(), rules = defaultRules, now = Date.now } = options
  const addressOf = clientAddresses(trustedProxies)
  if (!on)
    return {
      isOn: false,
      count() {},
      throttleLogin: (_account, _address, attempt) => attempt(),
      trustAddress() {},
      addressOf,
    }
  /** When all points of a key are there again: the generic cell rate algorithm. */
  const fullAt = new LRUCache<string, number>({ max: keptKeys })
  return {
    isOn: true,
    count(rule, key) {
      const { points, seconds } = rules[rule]
      const time = now()
      const name = `${rule} ${key}`
      const full = Math.max(time, fullAt.get(name) ?? 0) + (seconds * 1000) / points
      const waitMs = full - time - seconds * 1000
      // Fractions of a ms are rounding errors.
      if (waitMs > 1) throw new TooOften(Math.ceil(waitMs / 1000))
      fullAt.set(name, full)
    },
    ...loginThrottle(now),
    addressOf,
  }
}
