import type { Database } from '@douyin/database'
import { checkIds, type Feed } from '@douyin/proto'
import { inArray } from 'drizzle-orm'
import { videoTable } from './schema.ts'

/** The files that videos name. */
export function keys(db: Database): Pick<Feed, 'findUsedKeys'> {
  const { playUrl, coverUrl } = videoTable
  return {
    async findUsedKeys({ key }) {
      checkIds(key)
      if (key.length === 0) return { key: [] }
      // Deleted videos too: what counts is the row.
      const [played, shown] = await Promise.all([
        db.selectDistinct({ key: playUrl }).from(videoTable).where(inArray(playUrl, key)),
        db.selectDistinct({ key: coverUrl }).from(videoTable).where(inArray(coverUrl, key)),
      ])
      return { key: [...new Set([...played, ...shown].map((row) => row.key))] }
    },
  }
}
