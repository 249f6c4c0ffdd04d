import { type Database, foldDeltas, plus, type Repeated, repeat, sumBy } from '@douyin/database'
import type { Log } from '@douyin/proto'
import { inArray } from 'drizzle-orm'
import { commentDeltaTable, videoTable } from './schema.ts'

const intervalMs = 1000

/** Keeps comment_count equal to the comments there are. */
export function foldCommentCounts(db: Database, log: Log): Repeated {
  const round = () =>
    foldDeltas(db, commentDeltaTable, async (tx, deltas) => {
      const sums = sumBy(deltas, (row) => row.videoId)
      await tx
        .update(videoTable)
        .set({ commentCount: plus(videoTable.commentCount, videoTable.id, sums) })
        .where(inArray(videoTable.id, [...sums.keys()]))
    })
  return repeat(round, {
    name: 'comment counts',
    intervalMs,
    onError: (error) => log.error({ err: error }, 'comment counts are late'),
  })
}
