import {
  type Audit,
  compareTallies,
  type Database,
  type Finding,
  selectRows,
  type Tally,
  tally,
  transact,
} from '@douyin/database'
import { and, eq, gt, inArray, lt, or, type SQL, sql, count as sqlCount } from 'drizzle-orm'
import { clocks } from './publish-clock.ts'
import { authorTable, commentTable, publishClockTable, videoTable } from './schema.ts'
import { auditTranscoding } from './transcode-audit.ts'
import { allKeys } from './video-files.ts'
import { videoExists } from './videos.ts'

const page = 1000
/** The most findings of one audit. The next run finds the rest. */
const maxFindings = 1000
const rows = sql`count(*)`

/** How long after the grace period comments of a deleted video may still exist, as feed-srv deletes them in rounds. */
const lateMs = 60_000

/** The invariants of these tables. They hold at any moment. */
export function auditFeed(db: Database, graceMs: number): Audit[] {
  const there = sql`delete_time = 0`
  const videos = (value: SQL, only?: SQL) => tally({ table: sql`${videoTable}`, key: sql`id`, value, only })
  const published = sql`${there} and publish_time is not null`
  const ofAuthors = (value: SQL) => tally({ table: sql`${videoTable}`, key: sql`user_id`, value, only: published })
  const commentsOf = tally({ table: sql`${commentTable}`, key: sql`video_id`, value: rows })

  /** Counts that are not the number of the rows. */
  function count(what: string, shown: Tally, number: Tally, recount: Recount): Audit {
    const find = async () => {
      const findings: Finding[] = []
      await compareTallies(db, { shown, number }, (id, { shown, number = 0 }) => {
        if (shown === undefined || shown === number || findings.length === maxFindings) return
        findings.push({ what, where: `${id}: ${shown}, and there are ${number}`, mend: () => recount(id) })
      })
      return findings
    }
    return { what, find }
  }

  /** Every change of comments locks the row of the video first, so none is in flight while it is locked. */
  const recountComments: Recount = (id) =>
    transact(db, async (tx) => {
      const thisVideo = eq(videoTable.id, id)
      await tx.select({ id: videoTable.id }).from(videoTable).where(thisVideo).for('update')
      const [row] = await tx.select({ number: sqlCount() }).from(commentTable).where(eq(commentTable.videoId, id))
      await tx
        .update(videoTable)
        .set({ commentCount: row?.number ?? 0 })
        .where(thisVideo)
    })

  /** A count of an author, counted anew while the row of the author is locked. */
  function author(what: string, column: 'workCount' | 'totalFavorited', value: SQL): Audit {
    const shown = tally({ table: sql`${authorTable}`, key: sql`user_id`, value: sql`max(${authorTable[column]})` })
    const recount: Recount = (id) =>
      transact(db, async (tx) => {
        const thisAuthor = eq(authorTable.userId, id)
        await tx.select().from(authorTable).where(thisAuthor).for('update')
        const [found] = await selectRows(
          tx,
          sql`select ${value} as value from ${videoTable} where user_id = ${id} and ${published}`,
        )
        await tx
          .update(authorTable)
          .set({ [column]: Number(found?.value ?? 0) })
          .where(thisAuthor)
      })
    return count(what, shown, ofAuthors(value), recount)
  }

  /** Comments that should not exist, judged by a tally of their videos. */
  function commentsWhere(what: string, video: Tally, isWrong: (value: number | undefined) => boolean): Audit {
    const find = async () => {
      let number = 0
      const wrong: number[] = []
      await compareTallies(db, { comments: commentsOf, video }, (id, { comments, video }) => {
        if (comments === undefined || !isWrong(video) || wrong.length === maxFindings) return
        number += comments
        wrong.push(id)
      })
      const mend = () => db.delete(commentTable).where(inArray(commentTable.videoId, wrong))
      return number === 0 ? [] : [{ what, where: `${number} rows`, mend }]
    }
    return { what, find }
  }

  async function clockBehind(): Promise<Finding[]> {
    const numberOf = async (question: SQL) => Number((await selectRows(db, question))[0]?.value ?? 0)
    const newest = await numberOf(sql`select max(publish_time) as value from ${videoTable}`)
    // Read second, as it only grows.
    if (
      newest <= (await numberOf(sql`select last_time as value from ${publishClockTable} where id = ${clocks.publish}`))
    )
      return []
    const mend = () =>
      db
        .insert(publishClockTable)
        .values({ id: clocks.publish, lastTime: newest })
        .onDuplicateKeyUpdate({ set: { lastTime: sql`greatest(last_time, ${newest})` } })
    return [{ what: 'clock of publishing', where: `behind ${newest}`, mend }]
  }

  const longAgo = Date.now() - graceMs - lateMs
  const longDeleted = videos(sql`1`, sql`delete_time > 0 and delete_time < ${longAgo}`)

  return [
    commentsWhere('comments of deleted videos', longDeleted, (deleted) => deleted !== undefined),
    commentsWhere('comments of no video', videos(sql`1`), (video) => video === undefined),
    count('comment_count', videos(sql`comment_count`, there), commentsOf, recountComments),
    author('work_count', 'workCount', rows),
    author('total_favorited', 'totalFavorited', sql`sum(favorite_count)`),
    { what: 'clock of publishing', find: clockBehind },
    ...auditTranscoding(db),
  ]
}

/** Sets a count of this id to the number of the rows. */
type Recount = (id: number) => Promise<unknown>

/** The videos that were deleted more than `settleMs` ago, or never existed. */
export async function goneVideos(db: Database, ids: number[], settleMs: number): Promise<number[]> {
  if (ids.length === 0) return []
  const { id, deleteTime } = videoTable
  const isRecent = gt(deleteTime, Date.now() - settleMs)
  const rows = await db
    .select({ id })
    .from(videoTable)
    .where(and(inArray(id, ids), or(videoExists, isRecent)))
  const there = new Set(rows.map((row) => row.id))
  return ids.filter((one) => !there.has(one))
}

export interface Shown {
  id: number
  favoriteCount: number
  favoriteVersion: number
}

/** Up to a thousand videos with a greater id, with the like counts that they show. */
export async function shownLikes(db: Database, afterId: number, only?: SQL): Promise<Shown[]> {
  const { id, favoriteCount, favoriteVersion } = videoTable
  return db
    .select({ id, favoriteCount, favoriteVersion })
    .from(videoTable)
    .where(and(gt(id, afterId), videoExists, only))
    .orderBy(id)
    .limit(page)
}

/** The storage keys of all files that videos name. */
export const mediaKeys = (db: Database): Promise<string[]> => keysOf(db, videoExists)

/** The storage keys of videos that were deleted over `settleMs` ago. Other videos may name them, too. */
export const deletedKeys = (db: Database, settleMs: number): Promise<string[]> =>
  keysOf(db, and(gt(videoTable.deleteTime, 0), lt(videoTable.deleteTime, Date.now() - settleMs)))

async function keysOf(db: Database, which: SQL | undefined): Promise<string[]> {
  const { playUrl, coverUrl, originalUrl, renditions } = videoTable
  const rows = await db.select({ playUrl, coverUrl, originalUrl, renditions }).from(videoTable).where(which)
  return [...new Set(rows.flatMap(allKeys))]
}
