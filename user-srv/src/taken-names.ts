import { type Database, errorCode, retryLost } from '@douyin/database'
import { Failure } from '@douyin/proto'
import { and, eq, ne, or } from 'drizzle-orm'
import type { NameKeys } from './name-keys.ts'
import { userTable } from './schema.ts'

const nameTaken = () => new Failure('NAME_TAKEN')

/** Rejects a name that another user has, or a look-alike of one. This only saves work: `takeName` decides. */
export async function requireFreeName(db: Database, name: string, keys: NameKeys, ownId = 0): Promise<void> {
  const { nameLetters, nameLook } = keys
  const isSame = or(eq(userTable.name, name), eq(userTable.nameLetters, nameLetters), eq(userTable.nameLook, nameLook))
  const [other] = await db
    .select({ id: userTable.id })
    .from(userTable)
    .where(and(isSame, ne(userTable.id, ownId)))
    .limit(1)
  if (other) throw nameTaken()
}

/** Runs the one statement that gives a user a name. If several run at once, the unique indexes accept one. */
export async function takeName<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await retryLost(write)
  } catch (error) {
    throw errorCode(error) === 'ER_DUP_ENTRY' ? nameTaken() : error
  }
}
