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
import { eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core'
import { noteDeleted } from './deleted-videos.ts'
import { countKinds, noteUntold, videosOf } from './like-count-outbox.ts'
import { removeLikes } from './like-removal.ts'
import {
  countDeltaTable,
  favoriteTable,
  favoriteTotalTable,
  followTable,
  untoldFavoritesTable,
  userTable,
} from './schema.ts'

/** Findings of one audit at most: the rest is found the next time. */
const mostFindings = 1000
const rows = sql`count(*)`

/** What must hold of these tables whenever one looks, a delta that is not folded yet included. */
export function auditUser(db: Database): Audit[] {
  /** Whose count is not the number of the rows; mended by a delta, which nobody can tell from any other change. */
  function count(what: string, kind: number, said: Tally, number: Tally, owners: 'told' | 'any'): Audit {
    const late = {
      table: sql`${countDeltaTable}`,
      key: sql`subject_id`,
      value: sql`sum(delta)`,
      only: sql`kind = ${kind}`,
    }
    const find = async () => {
      const findings: Finding[] = []
      await compareTallies(db, { said, number, pending: tally(late) }, (id, { said, number = 0, pending = 0 }) => {
        // Rows of nobody are found as such.
        if (said === undefined && owners === 'told') return
        const shown = (said ?? 0) + pending
        if (shown === number || findings.length === mostFindings) return
        const where = `${id}: ${shown}, and there are ${number}`
        findings.push({ what, where, mend: () => addDeltas(id, kind, number - shown) })
      })
      return findings
    }
    return { what, find }
  }

  function addDeltas(subjectId: number, kind: number, difference: number) {
    return db.insert(countDeltaTable).values(steps(difference).map((delta) => ({ kind, subjectId, delta })))
  }

  /** Rows of somebody who is not there. */
  function orphans(what: string, owner: MySqlColumn): Audit {
    const find = async () => {
      let number = 0
      const nobody: number[] = []
      const tallies = {
        rows: tally({ table: sql`${owner.table}`, key: sql`${owner}`, value: rows }),
        user: users(sql`1`),
      }
      await compareTallies(db, tallies, (id, { rows, user }) => {
        if (rows === undefined || user !== undefined || nobody.length === mostFindings) return
        number += rows
        nobody.push(id)
      })
      const mend = () => db.delete(owner.table).where(inArray(owner, nobody))
      return number === 0 ? [] : [{ what, where: `${number} rows`, mend }]
    }
    return { what, find }
  }

  const users = (value: SQL) => tally({ table: sql`${userTable}`, key: sql`id`, value })
  const numberOf = (table: MySqlTable, key: SQL) => tally({ table: sql`${table}`, key, value: rows })
  const { followerId, followedId } = followTable
  const { follow, follower, favorite, videoFavorite } = countKinds
  const totals = tally({ table: sql`${favoriteTotalTable}`, key: sql`video_id`, value: sql`max(count)` })
  return [
    orphans('likes of nobody', favoriteTable.userId),
    orphans('follows by nobody', followerId),
    orphans('follows of nobody', followedId),
    count('follow_count', follow, users(sql`follow_count`), numberOf(followTable, sql`follower_id`), 'told'),
    count('follower_count', follower, users(sql`follower_count`), numberOf(followTable, sql`followed_id`), 'told'),
    count('favorite_count', favorite, users(sql`favorite_count`), numberOf(favoriteTable, sql`user_id`), 'told'),
    count('likes of a video', videoFavorite, totals, numberOf(favoriteTable, sql`video_id`), 'any'),
  ]
}

/** More notes than there are in health; with more it cannot be said what feed-srv was told. */
const mostNotes = 10_000

/** What feed-srv was told of these videos, and should show; what it has still to be told is left out. */
export async function publishedTotals(db: Database, videoIds: number[]): Promise<Map<number, number>> {
  if (videoIds.length === 0) return new Map()
  const notes = await db.select({ videos: untoldFavoritesTable.videoIds }).from(untoldFavoritesTable).limit(mostNotes)
  if (notes.length === mostNotes) return new Map()
  const rows = await wrongRows(db, sql`select video_id, count from ${favoriteTotalTable} where video_id in ${videoIds}`)
  const late = new Set(notes.flatMap(({ videos }) => videosOf(videos)))
  const known = new Map(rows.map(({ video_id, count }) => [Number(video_id), Number(count)]))
  return new Map(videoIds.filter((id) => !late.has(id)).map((id) => [id, known.get(id) ?? 0]))
}

/** Has feed-srv told again, with a version that is newer than the one it has. */
export function tellAgain(db: Database, videoId: number, feedVersion: number): Promise<void> {
  return transact(db, async (tx) => {
    const version = sql`greatest(${favoriteTotalTable.version}, ${feedVersion}) + 1`
    await tx
      .insert(favoriteTotalTable)
      .values({ videoId, count: 0, version: feedVersion + 1 })
      .onDuplicateKeyUpdate({ set: { version } })
    await tx.execute(noteUntold([videoId]))
  })
}

const page = 1000

/** A thousand videos beyond this id that somebody likes. */
export async function likedVideos(db: Database, afterId: number): Promise<number[]> {
  const { videoId } = favoriteTable
  const rows = await db
    .selectDistinct({ videoId })
    .from(favoriteTable)
    .where(gt(videoId, afterId))
    .orderBy(videoId)
    .limit(page)
  return rows.map((row) => row.videoId)
}

/** Removes all likes of a deleted video, also while no user-srv runs. */
export async function forgetLikes(db: Database, videoId: number): Promise<void> {
  await noteDeleted(db, [videoId])
  while (await removeLikes(db, videoId));
}

/** The keys of all pictures that profiles name. */
export async function pictureKeys(db: Database): Promise<string[]> {
  const rows = await db.select({ avatar: userTable.avatar, background: userTable.backgroundImage }).from(userTable)
  return [...new Set(rows.flatMap((row) => [row.avatar, row.background]).filter((key) => key !== ''))]
}

/** What a profile has lost for good is painted instead. */
export async function forgetPicture(db: Database, key: string): Promise<void> {
  await db.update(userTable).set({ avatar: '' }).where(eq(userTable.avatar, key))
  await db.update(userTable).set({ backgroundImage: '' }).where(eq(userTable.backgroundImage, key))
}

/** Those of these ids that no user has. */
export async function unknownUsers(db: Database, ids: number[]): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db.select({ id: userTable.id }).from(userTable).where(inArray(userTable.id, ids))
  const found = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}
