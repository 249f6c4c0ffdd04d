import type { Database } from '@douyin/database'
import { foldName, newId, normalName, type User } from '@douyin/proto'
import { eq, inArray } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import { nameKeys } from './name-keys.ts'
import { acceptName } from './names.ts'
import type { Passwords } from './passwords.ts'
import { userTable } from './schema.ts'
import { requireFreeName, takeName } from './taken-names.ts'

/** Registration and sign-in. */
export function accounts(db: Database, passwords: Passwords): Pick<User, 'createUser' | 'checkPassWord' | 'getLimits'> {
  return {
    async createUser({ username, password }) {
      const name = acceptName(username)
      const keys = nameKeys(name)
      passwords.check(password)
      // Saves the hashing if the name is taken.
      await requireFreeName(db, name, keys)
      const passwordHash = await passwords.hash(password)
      const user = { name, ...keys, passwordHash, createTime: Date.now() }
      const [{ insertId }] = await takeName(async () => db.insert(userTable).values(user))
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

/**
 * The account with exactly this name, as older versions accepted names that differ only in case or blanks. If there is
 * none, the account whose name differs only in case. A name that only looks the same never matches.
 */
async function findByName(db: Database, username: string) {
  const normal = normalName(username)
  const { id, name, passwordHash, tokenEpoch, nameLetters } = userTable
  const rows = () => db.select({ id, name, passwordHash, tokenEpoch }).from(userTable)
  const candidates = await unionAll(
    rows().where(inArray(name, [username, normal])),
    rows().where(eq(nameLetters, nameKeys(normal).nameLetters)),
  )
  const folded = foldName(normal)
  return (
    candidates.find((user) => user.name === username) ??
    candidates.find((user) => user.name === normal) ??
    candidates.find((user) => foldName(user.name) === folded)
  )
}
