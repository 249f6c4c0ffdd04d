import type { Database } from '@douyin/database'
import { foldName, newId, normalName, type User } from '@douyin/proto'
import { eq, inArray } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/mysql-core'
import { nameKeys } from './name-keys.ts'
import { acceptName } from './names.ts'
import type { Passwords } from './passwords.ts'
import { userTable } from './schema.ts'
import { requireFreeName, takeName } from './taken-names.ts'

/** Who has an account, and may sign in. */
export function accounts(db: Database, passwords: Passwords): Pick<User, 'createUser' | 'checkPassWord' | 'getLimits'> {
  return {
    async createUser({ username, password }) {
      const name = acceptName(username)
      const keys = nameKeys(name)
      passwords.check(password)
      // Spares the hashing.
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
 * The account of exactly this name, as older versions let in names that differ in case or blanks only; or else the one
 * whose name is the same in another case. A name that only looks the same is no way in.
 */
async function findByName(db: Database, given: string) {
  const normal = normalName(given)
  const { id, name, passwordHash, tokenEpoch, nameLetters } = userTable
  const rows = () => db.select({ id, name, passwordHash, tokenEpoch }).from(userTable)
  const found = await unionAll(
    rows().where(inArray(name, [given, normal])),
    rows().where(eq(nameLetters, nameKeys(normal).nameLetters)),
  )
  const folded = foldName(normal)
  return (
    found.find((user) => user.name === given) ??
    found.find((user) => user.name === normal) ??
    found.find((user) => foldName(user.name) === folded)
  )
}
