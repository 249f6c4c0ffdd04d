import type { Database } from '@douyin/database'
import { checkIds, type User } from '@douyin/proto'
import { inArray } from 'drizzle-orm'
import { userTable } from './schema.ts'

/** The storage keys that profiles name. */
export function usedMediaKeys(db: Database): Pick<User, 'findUsedKeys'> {
  const { avatar, backgroundImage } = userTable
  return {
    async findUsedKeys({ key }) {
      checkIds(key)
      if (key.length === 0) return { key: [] }
      const [avatars, backgrounds] = await Promise.all([
        db.selectDistinct({ key: avatar }).from(userTable).where(inArray(avatar, key)),
        db.selectDistinct({ key: backgroundImage }).from(userTable).where(inArray(backgroundImage, key)),
      ])
      return { key: [...new Set([...avatars, ...backgrounds].map((row) => row.key))] }
    },
  }
}
