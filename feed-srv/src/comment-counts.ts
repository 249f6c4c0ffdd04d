import { type Database, foldDeltas, isOneOf, plus, sumBy } from '@douyin/database'
import { type BackgroundLoop, backgroundLoop } from '@douyin/process'
import type { Log } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import { commentDeltaTable, videoTable } from './schema.ts'

const intervalMs = 1000

/** Adds to the counts of videos. */
export function addToCounts(sums: Map<number, number>): SQL {
  const { id, commentCount } = videoTable
  return sql`update ${videoTable} set ${commentCount} = ${plus(commentCount, id, sums)} where ${isOneOf(id, sums.keys())}`
}

/** Keeps comment_count equal to the comments there are. */
export function foldCommentCounts(db: Database, log: Log): BackgroundLoop {
  const round = () => foldDeltas(db, commentDeltaTable, (deltas) => [addToCounts(sumBy(deltas, (row) => row.videoId))])
  return backgroundLoop(round, {
    name: 'comment counts',
    intervalMs,
    onError: (error) => log.error({ err: error }, 'comment counts are late'),
  })
}
