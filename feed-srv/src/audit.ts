import { type Audit, type Database, type Finding, steps, wrongRows } from '@douyin/database'
import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { authorTable, commentDeltaTable, commentTable, publishClockTable, videoTable } from './schema.ts'
import { isThere } from './videos.ts'

const atOnce = sql`limit 1000`
const page = 1000

/** What must hold of these tables whenever one looks, a delta that is not folded yet included. */
export function auditFeed(db: Database): Audit[] {
  const audit = (
    what: string,
    question: SQL,
    finding: (row: Record<string, unknown>) => Omit<Finding, 'what'>,
  ): Audit => ({
    what,
    find: async () => (await wrongRows(db, question)).map((row) => ({ what, ...finding(row) })),
  })
  const differs = ({ id, said, number }: Record<string, unknown>) => `${id}: ${said}, and there are ${number}`
  const noVideo = sql`not exists (select 1 from ${videoTable} v where v.id = ${commentTable.videoId})`

  /** A count of an author, made again of her videos while nobody changes her row. */
  function author(what: string, column: 'workCount' | 'totalFavorited', sum: SQL): Audit {
    const said = authorTable[column]
    const rows = sql`(select coalesce(${sum}, 0) from ${videoTable} v where v.user_id = ${authorTable.userId} and v.delete_time = 0)`
    const question = sql`select user_id as id, ${said} as said, cast(${rows} as signed) as number from ${authorTable}
      having said <> number ${atOnce}`
    const mend = (id: number) =>
      db
        .update(authorTable)
        .set({ [column]: rows })
        .where(eq(authorTable.userId, id))
    return audit(what, question, (row) => ({ where: differs(row), mend: () => mend(Number(row.id)) }))
  }

  return [
    audit(
      'comments of no video',
      sql`select count(*) as number from ${commentTable} where ${noVideo} having number > 0`,
      ({ number }) => ({
        where: `${number} rows`,
        mend: () => db.delete(commentTable).where(noVideo),
      }),
    ),
    audit(
      'comment_count',
      sql`select v.id, cast(v.comment_count + coalesce(p.pending, 0) as signed) as said, coalesce(c.number, 0) as number
        from ${videoTable} v
        left join (select video_id, sum(delta) as pending from ${commentDeltaTable} group by video_id) p on p.video_id = v.id
        left join (select video_id, count(*) as number from ${commentTable} group by video_id) c on c.video_id = v.id
        where v.delete_time = 0 having said <> number ${atOnce}`,
      ({ id, said, number }) => ({
        where: differs({ id, said, number }),
        mend: () =>
          db
            .insert(commentDeltaTable)
            .values(steps(Number(number) - Number(said)).map((delta) => ({ videoId: Number(id), delta }))),
      }),
    ),
    author('work_count', 'workCount', sql`count(*)`),
    author('total_favorited', 'totalFavorited', sql`sum(v.favorite_count)`),
    audit(
      'clock of publishing',
      sql`select max(publish_time) as newest from ${videoTable}
        having newest > coalesce((select max(last_time) from ${publishClockTable}), 0)`,
      ({ newest }) => ({
        where: `behind ${newest}`,
        mend: () =>
          db
            .insert(publishClockTable)
            .values({ id: 1, lastTime: Number(newest) })
            .onDuplicateKeyUpdate({ set: { lastTime: sql`greatest(last_time, ${newest})` } }),
      }),
    ),
  ]
}

export interface Shown {
  id: number
  favoriteCount: number
  favoriteVersion: number
}

/** A thousand videos beyond this id, with the likes that they show. */
export async function shownLikes(db: Database, afterId: number, only?: SQL): Promise<Shown[]> {
  const { id, favoriteCount, favoriteVersion } = videoTable
  return db
    .select({ id, favoriteCount, favoriteVersion })
    .from(videoTable)
    .where(and(gt(id, afterId), isThere, only))
    .orderBy(id)
    .limit(page)
}

/** The keys of all files that videos name, those of deleted ones too. */
export async function mediaKeys(db: Database): Promise<string[]> {
  const rows = await db.select({ played: videoTable.playUrl, shown: videoTable.coverUrl }).from(videoTable)
  return [...new Set(rows.flatMap((row) => [row.played, row.shown]).filter((key) => key !== ''))]
}
