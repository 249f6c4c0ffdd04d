import { Failure, type Log, type TokenEpoch, type User } from '@douyin/proto'

/** While user-srv responds, a change is known here within this time. */
const pollMs = 2000
/**
 * After this long without a response, the cached epochs no longer count. It is longer than a database failover (8 s)
 * plus the poll before and the poll after it: otherwise a failover would sign out everybody until it ends. The database
 * accepts no change during a failover. So a change can be missed only if it came in the 2 s before, or if the
 * connection between this process and user-srv is cut.
 */
const staleMs = 12_000
/** A change may become visible this much later than its time, which comes from the database's clock. */
const overlapMs = 30_000
/** Maximum age of a token, plus a day, since this clock may differ from the database's. */
const tokenLifeMs = 31 * 86_400_000
const pageSize = 1000

export interface TokenRevocations {
  /** The epoch that a token of this user must name; 0 before the first change. Fails while user-srv is unavailable. */
  epochOf(userId: number): Promise<number>
  /** The same, synchronous; undefined if the cache is stale. */
  cachedEpochOf(userId: number): number | undefined
  /** The restore that all tokens must name. Valid when `epochOf` or `cachedEpochOf` gave a value. 0: no restore. */
  restoreTime(): number
  /** Records an epoch that user-srv just returned for one user. */
  note(epoch: Pick<TokenEpoch, 'user_id' | 'token_epoch'>): void
}

/**
 * Polls the changes of epochs, so that checking a token needs no RPC: changes are rare, tokens come with each request.
 * The changes of the last month are in memory. `onChange` is called with a user whose earlier tokens were revoked.
 * `onRestore` is called when the earlier tokens of all users were revoked.
 */
export function tokenRevocations(
  user: Pick<User, 'listTokenEpochs'>,
  log: Log,
  onChange: (userId: number) => void,
  onRestore: () => void,
): TokenRevocations & { stop(): void } {
  /** In the order of `notedMs`: `note` inserts a changed user again at the end. */
  const epochs = new Map<number, { epoch: number; notedMs: number }>()
  let fromMs = Date.now() - tokenLifeMs
  let restoreTime = 0
  let freshAtMs = Number.NEGATIVE_INFINITY
  let pendingPoll: Promise<void> | undefined
  let failing = false

  const storedEpochOf = (userId: number) => epochs.get(userId)?.epoch ?? 0

  function note({ user_id, token_epoch }: Pick<TokenEpoch, 'user_id' | 'token_epoch'>): void {
    if (token_epoch <= storedEpochOf(user_id)) return
    epochs.delete(user_id)
    epochs.set(user_id, { epoch: token_epoch, notedMs: Date.now() })
    deleteOld()
    onChange(user_id)
  }

  /** Deletes changes that are older than any valid token. */
  function deleteOld(): void {
    for (const [userId, { notedMs }] of epochs) {
      if (Date.now() - notedMs <= tokenLifeMs) return
      epochs.delete(userId)
    }
  }

  /** A restore also sets epochs back, so all are read again. */
  function reset(newRestoreTime: number): void {
    restoreTime = newRestoreTime
    epochs.clear()
    fromMs = Date.now() - tokenLifeMs
    onRestore()
  }

  async function poll(): Promise<void> {
    const startMs = performance.now()
    let cursor = { from_time: fromMs, after_id: 0 }
    let page = await user.listTokenEpochs(cursor)
    if (page.restore_time !== restoreTime) {
      reset(page.restore_time)
      cursor = { from_time: fromMs, after_id: 0 }
      page = await user.listTokenEpochs(cursor)
    }
    for (;;) {
      for (const epoch of page.epochs) note(epoch)
      const last = page.epochs.at(-1)
      if (last) cursor = { from_time: last.change_time, after_id: last.user_id }
      if (page.epochs.length < pageSize) break
      page = await user.listTokenEpochs(cursor)
    }
    fromMs = Math.max(fromMs, cursor.from_time - overlapMs)
    freshAtMs = startMs
    failing = false
  }

  function pollOnce(): Promise<void> {
    pendingPoll ??= poll().finally(() => {
      pendingPoll = undefined
    })
    return pendingPoll
  }

  const logOnce = (error: unknown) => {
    if (!failing) log.error({ err: error }, 'polling token revocations failed')
    failing = true
  }
  const timer = setInterval(() => void pollOnce().catch(logOnce), pollMs)
  // user-srv may start later than this process, so a first failure is not logged.
  void pollOnce().catch(() => {})

  function cachedEpochOf(userId: number): number | undefined {
    return performance.now() - freshAtMs > staleMs ? undefined : storedEpochOf(userId)
  }

  return {
    note,
    cachedEpochOf,
    restoreTime: () => restoreTime,
    async epochOf(userId) {
      const cached = cachedEpochOf(userId)
      if (cached !== undefined) return cached
      // If this poll fails, no token is accepted.
      await pollOnce().catch((error) => {
        throw new Failure('SIGN_IN_UNAVAILABLE', {}, { cause: error })
      })
      return storedEpochOf(userId)
    },
    stop: () => clearInterval(timer),
  }
}
