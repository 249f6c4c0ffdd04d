import type { Database } from '@douyin/database'
import { checkIds, type Feed } from '@douyin/proto'
import { and, inArray } from 'drizzle-orm'
import { videoTable } from './schema.ts'
import { videoExists } from './videos.ts'

/** The storage keys that videos name. */
export function usedMediaKeys(db: Database): Pick<Feed, 'findUsedKeys'> {
  const { playUrl, coverUrl } = videoTable
  return {
    async findUsedKeys({ key }) {
      checkIds(key)
      if (key.length === 0) return { key: [] }
      const [playKeys, coverKeys] = await Promise.all([
        db
          .selectDistinct({ key: playUrl })
          .from(videoTable)
          .where(and(inArray(playUrl, key), videoExists)),
        db
          .selectDistinct({ key: coverUrl })
          .from(videoTable)
          .where(and(inArray(coverUrl, key), videoExists)),
      ])
      return { key: [...new Set([...playKeys, ...coverKeys].map((row) => row.key))] }
    },
  }
}
