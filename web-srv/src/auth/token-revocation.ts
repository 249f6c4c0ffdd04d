import { type Log, type TokenEpoch, type User, unavailable } from '@douyin/proto'

/** A change is known here after that at the latest, while user-srv answers. */
const pollMs = 2000
/**
 * After so long without an answer nobody can say whose token is still good. Longer than a database takes to fail over (8 s), with the
 * poll before it and the one after it: else all would be signed out for its rest. Meanwhile the database takes no change either, so what can
 * be missed is only one of the last 2 s before, or behind a cut between this process and user-srv.
 */
const staleMs = 12_000
/** A change may become visible so much later than its time, by the database's clock, says. */
const overlapMs = 30_000
/** No token is older; a day more, for our clock may differ from the database's. */
const tokenLifeMs = 31 * 86_400_000
const batch = 1000

export interface TokenRevocations {
  /** What a token of this user must name now; 0 until she changes it first. Fails while user-srv is away. */
  of(userId: number): Promise<number>
  /** The same at once; undefined if that is not known for sure at this moment. */
  now(userId: number): number | undefined
  /** The restore that all tokens must name; known whenever `of` or `now` is. 0: there was none. */
  restoreTime(): number
  /** What user-srv just said of one user. */
  note(epoch: Pick<TokenEpoch, 'user_id' | 'token_epoch'>): void
}

/**
 * Follows the changes of epochs, so that a token costs no question: changes are rare, tokens come with each request. Of a
 * month's changes each is kept here. `onChange` is told a user whose earlier tokens are good no more; `onRestore` is called when
 * that holds of everybody.
 */
export function tokenRevocations(
  user: Pick<User, 'listTokenEpochs'>,
  log: Log,
  onChange: (userId: number) => void,
  onRestore: () => void,
): TokenRevocations & { stop(): void } {
  /** The one noted first is the first. */
  const epochs = new Map<number, { epoch: number; notedMs: number }>()
  let from = Date.now() - tokenLifeMs
  let restoreTime = 0
  let knownAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  let failing = false

  const epochOf = (userId: number) => epochs.get(userId)?.epoch ?? 0

  function note({ user_id, token_epoch }: Pick<TokenEpoch, 'user_id' | 'token_epoch'>): void {
    if (token_epoch <= epochOf(user_id)) return
    epochs.delete(user_id)
    epochs.set(user_id, { epoch: token_epoch, notedMs: Date.now() })
    forgetOld()
    onChange(user_id)
  }

  /** Of a change that is older than any token, nobody has one from before it. */
  function forgetOld(): void {
    for (const [userId, { notedMs }] of epochs) {
      if (Date.now() - notedMs <= tokenLifeMs) return
      epochs.delete(userId)
    }
  }

  /** The epochs went back, too. */
  function forget(newRestoreTime: number): void {
    restoreTime = newRestoreTime
    epochs.clear()
    from = Date.now() - tokenLifeMs
    onRestore()
  }

  async function ask(): Promise<void> {
    const askedAt = performance.now()
    let place = { from_time: from, after_id: 0 }
    let answer = await user.listTokenEpochs(place)
    if (answer.restore_time !== restoreTime) {
      forget(answer.restore_time)
      place = { from_time: from, after_id: 0 }
      answer = await user.listTokenEpochs(place)
    }
    for (;;) {
      for (const one of answer.epochs) note(one)
      const last = answer.epochs.at(-1)
      if (last) place = { from_time: last.change_time, after_id: last.user_id }
      if (answer.epochs.length < batch) break
      answer = await user.listTokenEpochs(place)
    }
    from = Math.max(from, place.from_time - overlapMs)
    knownAt = askedAt
    failing = false
  }

  function askOnce(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  const tellOnce = (error: unknown) => {
    if (!failing) log.error({ err: error }, 'who signed out elsewhere is not known')
    failing = true
  }
  const timer = setInterval(() => void askOnce().catch(tellOnce), pollMs)
  // user-srv may start later than we do, which is nothing to tell.
  void askOnce().catch(() => {})

  function now(userId: number): number | undefined {
    return performance.now() - knownAt > staleMs ? undefined : epochOf(userId)
  }

  return {
    note,
    now,
    restoreTime: () => restoreTime,
    async of(userId) {
      const known = now(userId)
      if (known !== undefined) return known
      // Whoever cannot be sure lets nobody in.
      await askOnce().catch((error) => {
        throw unavailable('signing in does not work at the moment, please try again', { cause: error })
      })
      return epochOf(userId)
    },
    stop: () => clearInterval(timer),
  }
}
