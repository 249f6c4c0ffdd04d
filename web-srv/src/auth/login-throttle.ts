import { Failure } from '@douyin/proto'
import { LRUCache } from 'lru-cache'

/** Failed attempts in a row before a wait: per account, and per address, which a whole school may share. */
const freeAttempts = { account: 10, address: 60 }
/** Concurrent attempts per account: this many guesses can pass before the first is known to be wrong. */
const maxConcurrent = 20
const firstWaitMs = 15_000
const maxWaitMs = 15 * 60_000
/** Failed attempts are forgotten this long after the maximum wait, counted from the last attempt. */
const forgetMs = 15 * 60_000
const maxKeys = 100_000
/** Trusted addresses per account: the newest from which its devices signed in. */
const maxTrustedAddresses = 8
const trustedMs = 30 * 86_400_000

interface State {
  failures: number
  inFlight: number
  /** No attempt is allowed before this time. */
  blockedUntil: number
}

/** Runs an attempt to sign in. The attempt returns undefined if the password is wrong. */
export type LoginAttempt = <Result>(
  account: string,
  address: string,
  attempt: () => Promise<Result | undefined>,
) => Promise<Result | undefined>

/**
 * Slows down password guessing. After some wrong passwords for one account, or more from one address, the next attempt
 * must wait. The wait doubles each time up to 15 minutes, so guessing is useless, but nobody is locked out for good. A
 * correct password clears the account but not the address, since a guesser can sign in to an account of their own.
 *
 * An address from which the account signed in before has its own counter: guesses from other addresses do not make the
 * owner wait.
 */
export function loginThrottle(now: () => number = Date.now) {
  const states = new LRUCache<string, State>({ max: maxKeys, ttl: forgetMs + maxWaitMs, updateAgeOnGet: true })
  const trusted = new LRUCache<string, string[]>({ max: maxKeys, ttl: trustedMs })

  function stateOf(key: string): State {
    const state = states.get(key) ?? { failures: 0, inFlight: 0, blockedUntil: 0 }
    states.set(key, state)
    return state
  }

  function countFailure(state: State, kind: keyof typeof freeAttempts): void {
    state.failures++
    state.blockedUntil = now() + waitAfter(state.failures - freeAttempts[kind])
  }

  function trustAddress(accountName: string, address: string): void {
    const account = truncate(accountName)
    const others = (trusted.get(account) ?? []).filter((other) => other !== address)
    trusted.set(account, [address, ...others].slice(0, maxTrustedAddresses))
  }

  const throttleLogin: LoginAttempt = async (accountName, addressName, attempt) => {
    const name = truncate(accountName)
    const isTrusted = trusted.get(name)?.includes(addressName)
    const account = stateOf(isTrusted ? `account ${name} at ${addressName}` : `account ${name}`)
    const address = stateOf(`address ${addressName}`)
    const waitMs = Math.max(account.blockedUntil, address.blockedUntil) - now()
    if (waitMs > 0) throw new Failure('TOO_OFTEN', { retryAfterS: Math.ceil(waitMs / 1000) })
    if (account.inFlight >= maxConcurrent) throw new Failure('TOO_OFTEN', { retryAfterS: 1 })
    account.inFlight++
    try {
      const result = await attempt()
      if (result !== undefined) {
        account.failures = 0
        trustAddress(name, addressName)
      } else {
        countFailure(account, 'account')
        countFailure(address, 'address')
      }
      return result
    } finally {
      account.inFlight--
    }
  }

  return { throttleLogin, trustAddress }
}

/** No account name is longer, so all longer names share one key. */
const truncate = (account: string) => account.slice(0, 80)

const waitAfter = (excess: number) => (excess < 0 ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** excess))
