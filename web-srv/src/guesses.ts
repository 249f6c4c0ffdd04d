import { LRUCache } from 'lru-cache'
import { TooOften } from './too-often.ts'

/** Wrong ones in a row that cost nothing: for one account, and for one address, behind which may be a whole school. */
const free = { account: 10, address: 60 }
/** Of one account under way at once: so many guesses slip through before the first is known to be wrong. */
const mostAtOnce = 20
const firstWaitMs = 15_000
const longestWaitMs = 15 * 60_000
/** Wrong ones are forgotten when so long nobody tried. */
const memoryMs = 15 * 60_000
const keptKeys = 100_000

interface State {
  wrong: number
  underWay: number
  /** Before that, nobody may try. */
  until: number
}

/** Runs a try of an account's password; undefined means that it was wrong. */
export type Guess = <Result>(
  account: string,
  address: string,
  attempt: () => Promise<Result | undefined>,
) => Promise<Result | undefined>

/**
 * Makes guessing slow. After some wrong passwords for one account, and more from one address, one waits before the next,
 * twice as long each time up to 15 minutes: a guesser gets nowhere, and nobody is locked out for good. A right one clears
 * the account, and not the address: whoever guesses has an account of her own to sign in to.
 */
export function guesses(now: () => number = Date.now): Guess {
  const states = new LRUCache<string, State>({ max: keptKeys, ttl: memoryMs + longestWaitMs, updateAgeOnGet: true })

  function stateOf(kind: keyof typeof free, name: string): State {
    // No name is longer, so whoever sends longer ones shares a key.
    const key = `${kind} ${name.slice(0, 64)}`
    const state = states.get(key) ?? { wrong: 0, underWay: 0, until: 0 }
    states.set(key, state)
    return state
  }

  function countWrong(state: State, kind: keyof typeof free): void {
    state.wrong++
    state.until = now() + waitAfter(state.wrong - free[kind])
  }

  return async (accountName, addressName, attempt) => {
    const account = stateOf('account', accountName)
    const address = stateOf('address', addressName)
    const waitMs = Math.max(account.until, address.until) - now()
    if (waitMs > 0) throw new TooOften(Math.ceil(waitMs / 1000))
    if (account.underWay >= mostAtOnce) throw new TooOften(1)
    account.underWay++
    try {
      const result = await attempt()
      if (result !== undefined) account.wrong = 0
      else {
        countWrong(account, 'account')
        countWrong(address, 'address')
      }
      return result
    } finally {
      account.underWay--
    }
  }
}

const waitAfter = (tooMany: number) => (tooMany < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** tooMany))
