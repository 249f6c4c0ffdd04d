import { LRUCache } from 'lru-cache'
import { TooOften } from '../http/too-often.ts'

/** Wrong ones in a row that cost nothing: for one account, and for one address, behind which may be a whole school. */
const free = { account: 10, address: 60 }
/** Of one account under way at once: so many guesses slip through before the first is known to be wrong. */
const mostAtOnce = 20
const firstWaitMs = 15_000
const longestWaitMs = 15 * 60_000
/** Wrong ones are forgotten when so long nobody tried. */
const memoryMs = 15 * 60_000
const keptKeys = 100_000
/** Addresses of one account from which its devices signed in, the newest. */
const addressesOfAccount = 8
const trustedMs = 30 * 86_400_000

interface State {
  wrong: number
  underWay: number
  /** Before that, nobody may try. */
  until: number
}

/** Runs a try of an account's password; undefined means that it was wrong. */
export type LoginAttempt = <Result>(
  account: string,
  address: string,
  attempt: () => Promise<Result | undefined>,
) => Promise<Result | undefined>

/**
 * Makes guessing slow. After some wrong passwords for one account, and more from one address, one waits before the next,
 * twice as long each time up to 15 minutes: a guesser gets nowhere, and nobody is locked out for good. A right one clears
 * the account, and not the address: a guesser has an account of their own to sign in to.
 *
 * From an address where the account signed in before, wrong guesses are counted apart: guesses from elsewhere do not make
 * the owner wait.
 */
export function loginThrottle(now: () => number = Date.now) {
  const states = new LRUCache<string, State>({ max: keptKeys, ttl: memoryMs + longestWaitMs, updateAgeOnGet: true })
  const trusted = new LRUCache<string, string[]>({ max: keptKeys, ttl: trustedMs })

  function stateOf(key: string): State {
    const state = states.get(key) ?? { wrong: 0, underWay: 0, until: 0 }
    states.set(key, state)
    return state
  }

  function countWrong(state: State, kind: keyof typeof free): void {
    state.wrong++
    state.until = now() + waitAfter(state.wrong - free[kind])
  }

  function trustAddress(accountName: string, address: string): void {
    const account = short(accountName)
    const others = (trusted.get(account) ?? []).filter((one) => one !== address)
    trusted.set(account, [address, ...others].slice(0, addressesOfAccount))
  }

  const throttleLogin: LoginAttempt = async (accountName, addressName, attempt) => {
    const name = short(accountName)
    const isTrusted = trusted.get(name)?.includes(addressName)
    const account = stateOf(isTrusted ? `account ${name} at ${addressName}` : `account ${name}`)
    const address = stateOf(`address ${addressName}`)
    const waitMs = Math.max(account.until, address.until) - now()
    if (waitMs > 0) throw new TooOften(Math.ceil(waitMs / 1000))
    if (account.underWay >= mostAtOnce) throw new TooOften(1)
    account.underWay++
    try {
      const result = await attempt()
      if (result !== undefined) {
        account.wrong = 0
        trustAddress(name, addressName)
      } else {
        countWrong(account, 'account')
        countWrong(address, 'address')
      }
      return result
    } finally {
      account.underWay--
    }
  }

  return { throttleLogin, trustAddress }
}

/** No account's is longer, so all who send longer names share a key. */
const short = (account: string) => account.slice(0, 80)

const waitAfter = (tooMany: number) => (tooMany < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** tooMany))
