import { type Database, type Transaction, transact } from '@douyin/database'
import { checkId, Failure, maxIds, type User } from '@douyin/proto'
import { and, asc, eq, gt, or, sql } from 'drizzle-orm'
import type { Passwords } from './passwords.ts'
import { restoreTime } from './restore-time.ts'
import { userTable } from './schema.ts'

const { id, passwordHash, tokenEpoch, tokenEpochTime } = userTable

/** Token revocation: a token names the epoch of its user, and a new epoch makes the tokens of earlier ones invalid. */
export function epochs(
  db: Database,
  passwords: Passwords,
): Pick<User, 'changePassword' | 'revokeTokens' | 'listTokenEpochs'> {
  return {
    async changePassword({ user_id, password, new_password }) {
      passwords.check(new_password)
      const [user] = await db.select({ passwordHash }).from(userTable).where(eq(id, user_id))
      if (!user) throw new Failure('USER_NOT_FOUND', { id: user_id })
      if (!(await passwords.verify(password, user.passwordHash))) return { success: false, token_epoch: 0 }
      const hash = await passwords.hash(new_password)
      return transact(db, async (tx) => {
        // If two changes run at once, the second finds another hash: its old password is no longer right.
        const isUnchanged = and(eq(id, user_id), eq(passwordHash, user.passwordHash))
        const [{ affectedRows }] = await tx
          .update(userTable)
          .set({ passwordHash: hash, ...nextEpoch() })
          .where(isUnchanged)
        if (affectedRows === 0) return { success: false, token_epoch: 0 }
        return { success: true, token_epoch: (await epochOf(tx, user_id)).token_epoch }
      })
    },

    async revokeTokens({ user_id }) {
      checkId('user_id', user_id)
      return transact(db, async (tx) => {
        const [{ affectedRows }] = await tx.update(userTable).set(nextEpoch()).where(eq(id, user_id))
        if (affectedRows === 0) throw new Failure('USER_NOT_FOUND', { id: user_id })
        return epochOf(tx, user_id)
      })
    },

    async listTokenEpochs({ from_time, after_id }) {
      const later = or(gt(tokenEpochTime, from_time), and(eq(tokenEpochTime, from_time), gt(id, after_id)))
      const changed = db
        .select(columns)
        .from(userTable)
        // Nearly all users have time 0: their epoch never changed.
        .where(and(gt(tokenEpochTime, 0), later))
        .orderBy(asc(tokenEpochTime), asc(id))
        .limit(maxIds)
      const [epochs, restore_time] = await Promise.all([changed, restoreTime(db)])
      return { epochs, restore_time }
    },
  }
}

const columns = { user_id: id, token_epoch: tokenEpoch, change_time: tokenEpochTime }

/** Ms of the database's clock, which all copies of user-srv share. In UTC, because local times repeat once a year. */
const databaseTime = sql`timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000`

/** The columns to set in the user's row. */
export const nextEpoch = () => ({ tokenEpoch: sql`${tokenEpoch} + 1`, tokenEpochTime: databaseTime })

async function epochOf(tx: Transaction, userId: number) {
  const [row] = await tx.select(columns).from(userTable).where(eq(id, userId))
  if (!row) throw new Failure('USER_NOT_FOUND', { id: userId })
  return row
}
