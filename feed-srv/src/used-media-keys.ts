import type { Database } from '@douyin/database'
import { checkIds, type Feed } from '@douyin/proto'
import { and, inArray } from 'drizzle-orm'
import { union } from 'drizzle-orm/mysql-core'
import { videoFileTable, videoTable } from './schema.ts'
import { videoExists } from './videos.ts'

/** The storage keys that videos name. */
export function usedMediaKeys(db: Database): Pick<Feed, 'findUsedKeys'> {
  const { playUrl, coverUrl } = videoTable
  return {
    async findUsedKeys({ key }) {
      checkIds(key)
      if (key.length === 0) return { key: [] }
      const played = db
        .select({ key: playUrl })
        .from(videoTable)
        .where(and(inArray(playUrl, key), videoExists))
      const shown = db
        .select({ key: coverUrl })
        .from(videoTable)
        .where(and(inArray(coverUrl, key), videoExists))
      const others = db.select({ key: videoFileTable.key }).from(videoFileTable).where(inArray(videoFileTable.key, key))
      // One statement sees one moment: a key may move from one column to another.
      const rows = await union(played, shown, others)
      return { key: rows.map((row) => row.key) }
    },
  }
}
