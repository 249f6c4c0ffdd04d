import { type Database, errorCode } from '@douyin/database'
import { checkText, invalid, limits, newId, taken, type User } from '@douyin/proto'
import { eq } from 'drizzle-orm'
import type { Passwords } from './passwords.ts'
import { userTable } from './schema.ts'

/** Who has an account, and may sign in. */
export function accounts(db: Database, passwords: Passwords): Pick<User, 'createUser' | 'checkPassWord' | 'getLimits'> {
  return {
    async createUser({ username, password }) {
      checkName(username)
      passwords.check(password)
      // Spares the hashing; the unique index decides all the same.
      if (await findByName(db, username)) throw nameTaken()
      const passwordHash = await passwords.hash(password)
      const [{ insertId }] = await db
        .insert(userTable)
        .values({ name: username, passwordHash, createTime: Date.now() })
        .catch((error) => {
          throw errorCode(error) === 'ER_DUP_ENTRY' ? nameTaken() : error
        })
      return { user_id: newId(insertId) }
    },

    async checkPassWord({ username, password }) {
      const user = await findByName(db, username)
      const success = await passwords.verify(password, user?.passwordHash)
      return success && user
        ? { id: user.id, success, token_epoch: user.tokenEpoch }
        : { id: 0, success: false, token_epoch: 0 }
    },

    getLimits: async () => ({ password_characters_min: passwords.minCharacters }),
  }
}

/** Refuses a name that is blank, too long or holds control characters, which no screen shows. */
export function checkName(name: string): void {
  checkText('username', name, limits.username_characters)
  if (/\p{Cc}/u.test(name)) throw invalid('username must not hold control characters')
}

export const nameTaken = () => taken('User already exist')

async function findByName(db: Database, name: string) {
  const { id, passwordHash, tokenEpoch } = userTable
  const [user] = await db.select({ id, passwordHash, tokenEpoch }).from(userTable).where(eq(userTable.name, name))
  return user
}
