import {
  type Audit,
  compareTallies,
  type Database,
  type Finding,
  steps,
  type Tally,
  tally,
  transact,
  wrongRows,
} from '@douyin/database'
import { and, eq, gt, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { clocks } from './publish-clock.ts'
import { authorTable, commentDeltaTable, commentTable, publishClockTable, videoTable } from './schema.ts'
import { isThere } from './videos.ts'

const page = 1000
/** Findings of one audit at most: the rest is found the next time. */
const mostFindings = 1000
const rows = sql`count(*)`

/** How long after the grace the comments of a deleted video may still be there: feed-srv removes them in rounds. */
const lateMs = 60_000

/** What must hold of these tables whenever one looks, a delta that is not folded yet included. */
export function auditFeed(db: Database, graceMs: number): Audit[] {
  const there = sql`delete_time = 0`
  const videos = (value: SQL, only?: SQL) => tally({ table: sql`${videoTable}`, key: sql`id`, value, only })
  const ofAuthors = (value: SQL) => tally({ table: sql`${videoTable}`, key: sql`user_id`, value, only: there })
  const commentsOf = tally({ table: sql`${commentTable}`, key: sql`video_id`, value: rows })
  const pendingOf = tally({ table: sql`${commentDeltaTable}`, key: sql`video_id`, value: sql`sum(delta)` })

  /** Where what is said is not the number of the rows. */
  function count(what: string, said: Tally, number: Tally, pending: Tally | undefined, mend: Mend): Audit {
    const find = async () => {
      const findings: Finding[] = []
      const tallies = { said, number, ...(pending && { pending }) }
      await compareTallies(db, tallies, (id, { said, number = 0, pending = 0 }: Compared) => {
        if (said === undefined || said + pending === number || findings.length === mostFindings) return
        const where = `${id}: ${said + pending}, and there are ${number}`
        findings.push({ what, where, mend: () => mend(id, number - said - pending) })
      })
      return findings
    }
    return { what, find }
  }

  const addDeltas: Mend = (videoId, difference) =>
    db.insert(commentDeltaTable).values(steps(difference).map((delta) => ({ videoId, delta })))

  /** A count of an author, made again of her videos while nobody changes her row. */
  function author(what: string, column: 'workCount' | 'totalFavorited', value: SQL): Audit {
    const said = tally({ table: sql`${authorTable}`, key: sql`user_id`, value: sql`max(${authorTable[column]})` })
    const mend: Mend = (id) =>
      transact(db, async (tx) => {
        const isHers = eq(authorTable.userId, id)
        await tx.select().from(authorTable).where(isHers).for('update')
        const [found] = await wrongRows(
          tx,
          sql`select ${value} as value from ${videoTable} where user_id = ${id} and ${there}`,
        )
        await tx
          .update(authorTable)
          .set({ [column]: Number(found?.value ?? 0) })
          .where(isHers)
      })
    return count(what, said, ofAuthors(value), undefined, mend)
  }

  /** Comments that should not be there, by what another tally says of their video. */
  function commentsWhere(what: string, video: Tally, isWrong: (value: number | undefined) => boolean): Audit {
    const find = async () => {
      let number = 0
      const wrong: number[] = []
      await compareTallies(db, { comments: commentsOf, video }, (id, { comments, video }) => {
        if (comments === undefined || !isWrong(video) || wrong.length === mostFindings) return
        number += comments
        wrong.push(id)
      })
      const mend = () => db.delete(commentTable).where(inArray(commentTable.videoId, wrong))
      return number === 0 ? [] : [{ what, where: `${number} rows`, mend }]
    }
    return { what, find }
  }

  async function clockBehind(): Promise<Finding[]> {
    const numberOf = async (question: SQL) => Number((await wrongRows(db, question))[0]?.value ?? 0)
    const newest = await numberOf(sql`select max(publish_time) as value from ${videoTable}`)
    // Asked later, as it only grows.
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
    count('comment_count', videos(sql`comment_count`, there), commentsOf, pendingOf, addDeltas),
    author('work_count', 'workCount', rows),
    author('total_favorited', 'totalFavorited', sql`sum(favorite_count)`),
    { what: 'clock of publishing', find: clockBehind },
  ]
}

type Mend = (id: number, difference: number) => Promise<unknown>
type Compared = { said?: number; number?: number; pending?: number }

/** Those of these videos that have been gone for `settleMs`, deleted or never there. */
export async function goneVideos(db: Database, ids: number[], settleMs: number): Promise<number[]> {
  if (ids.length === 0) return []
  const { id, deleteTime } = videoTable
  const isRecent = gt(deleteTime, Date.now() - settleMs)
  const rows = await db
    .select({ id })
    .from(videoTable)
    .where(and(inArray(id, ids), or(isThere, isRecent)))
  const there = new Set(rows.map((row) => row.id))
  return ids.filter((one) => !there.has(one))
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

/** The keys of all files that videos name. */
export const mediaKeys = (db: Database): Promise<string[]> => keysOf(db, isThere)

/** The keys of all files that videos named which were deleted over `settleMs` ago; others may name them, too. */
export const deletedKeys = (db: Database, settleMs: number): Promise<string[]> =>
  keysOf(db, and(gt(videoTable.deleteTime, 0), lt(videoTable.deleteTime, Date.now() - settleMs)))

async function keysOf(db: Database, which: SQL | undefined): Promise<string[]> {
  const rows = await db.select({ played: videoTable.playUrl, shown: videoTable.coverUrl }).from(videoTable).where(which)
  return [...new Set(rows.flatMap((row) => [row.played, row.shown]).filter((key) => key !== ''))]
}
