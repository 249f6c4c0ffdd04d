import { BlockList } from 'node:net'
import { Failure } from '@douyin/proto'
import { LRUCache } from 'lru-cache'
import * as v from 'valibot'
import { type AddressOf, clientAddresses } from '../http/client-address.ts'
import { type LoginAttempt, loginThrottle } from './login-throttle.ts'

/**
 * A burst of `points`. Used points come back evenly, all of them within `seconds`. So a caller can use twice `points`
 * within `seconds`: all of them at once, and as many again while they come back. N an hour on average:
 * `{ points: N, seconds: 3600 }`.
 */
export interface Allowance {
  points: number
  seconds: number
}

/**
 * Per user, or per address for guests; `register` and `login` per address. docs/limits.md has the same numbers:
 * limits-page.test.ts compares them.
 */
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
  /** HTML pages. An endpoint that `page()` makes has the rule `read`. */
  page: { points: 1200, seconds: 60 },
}

export type Rule = keyof typeof defaultRules
export type Rules = Record<Rule, Allowance>

const mistake = 'must be JSON such as {"comment":{"points":60,"seconds":60}}, with rules of docs/limits.md'
const atLeastOne = v.pipe(v.number(mistake), v.minValue(1, mistake), v.maxValue(1e9, mistake))
const allowance = v.strictObject({ points: atLeastOne, seconds: atLeastOne }, mistake)
const entries = Object.fromEntries(Object.keys(defaultRules).map((rule) => [rule, v.optional(allowance)]))

/** The setting RATE_LIMITS: it overrides the rules that it names. */
export const rulesSetting = v.optional(
  v.pipe(
    v.string(),
    v.parseJson(undefined, mistake),
    v.strictObject(entries, mistake),
    v.transform((overrides): Rules => ({ ...defaultRules, ...overrides })),
  ),
  '{}',
)

/** Reads are counted before any other work for them, since the response may come from the cache. */
export const isReadRule = (rule: Rule) => rule === 'read' || rule === 'page'

export interface RateLimit {
  isOn: boolean
  /** Takes one point. Throws if none is left. */
  count(rule: Rule, key: string): void
  throttleLogin: LoginAttempt
  /** Notes that the account signed in at this address: failed attempts from other addresses do not make it wait. */
  trustAddress(account: string, address: string): void
  addressOf: AddressOf
}

export interface RateLimitOptions {
  trustedProxies?: BlockList
  rules?: Rules
  /** Returns the time in ms. */
  now?: () => number
}

const maxKeys = 100_000

/** Counts in this process only: each of several web-srv has its own counters. */
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
  /** The time at which all points of a key are available again (generic cell rate algorithm). */
  const fullAtMs = new LRUCache<string, number>({ max: maxKeys })
  return {
    isOn: true,
    count(rule, key) {
      const { points, seconds } = rules[rule]
      const nowMs = now()
      const name = `${rule} ${key}`
      const nextFullAtMs = Math.max(nowMs, fullAtMs.get(name) ?? 0) + (seconds * 1000) / points
      const waitMs = nextFullAtMs - nowMs - seconds * 1000
      // Less than 1 ms is a rounding error.
      if (waitMs > 1) throw new Failure('TOO_OFTEN', { retryAfterS: Math.ceil(waitMs / 1000) })
      fullAtMs.set(name, nextFullAtMs)
    },
    ...loginThrottle(now),
    addressOf,
  }
}
