import { type Audit, compareTallies, type Database, type Finding, selectRows, tally, transact } from '@douyin/database'
import { count, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { noteDeleted } from './deleted-videos.ts'
import { insertOutboxRow, videosOf } from './like-count-outbox.ts'
import { removeLikes } from './like-removal.ts'
import { favoriteTable, favoriteTotalTable, followTable, likeCountOutboxTable, userTable } from './schema.ts'

/** The most findings of one audit. The next run finds the rest. */
const maxFindings = 1000
const rows = sql`count(*)`

/** The counts of a user, by column, each with the column that names the user in the rows that are counted. */
const userCounts = {
  follow_count: { key: 'followCount', owner: followTable.followerId },
  follower_count: { key: 'followerCount', owner: followTable.followedId },
  favorite_count: { key: 'favoriteCount', owner: favoriteTable.userId },
} as const

/** The invariants of these tables. They hold at any moment. */
export function auditUser(db: Database): Audit[] {
  /** A count of a user that is not the number of the rows. Rows of a missing user are found by `orphans`. */
  function userCount(what: keyof typeof userCounts): Audit {
    const { key, owner } = userCounts[what]
    const find = async () => {
      const findings: Finding[] = []
      const tallies = { shown: users(sql`${sql.identifier(what)}`), number: numberOf(owner) }
      await compareTallies(db, tallies, (id, { shown, number = 0 }) => {
        if (shown === undefined || shown === number || findings.length === maxFindings) return
        findings.push({ what, where: `${id}: ${shown}, and there are ${number}`, mend: () => recount(id) })
      })
      return findings
    }
    /** Likes and follows lock the row of the user before they change rows, so none is in flight while it is locked. */
    const recount = (id: number) =>
      transact(db, async (tx) => {
        await tx.select({ id: userTable.id }).from(userTable).where(eq(userTable.id, id)).for('update')
        const [row] = await tx.select({ number: count() }).from(owner.table).where(eq(owner, id))
        await tx
          .update(userTable)
          .set({ [key]: row?.number ?? 0 })
          .where(eq(userTable.id, id))
      })
    return { what, find }
  }

  /** Videos whose like count is not the number of the likes. */
  function videoCounts(): Audit {
    const what = 'likes of a video'
    const find = async () => {
      const findings: Finding[] = []
      const shown = tally({ table: sql`${favoriteTotalTable}`, key: sql`video_id`, value: sql`max(count)` })
      await compareTallies(db, { shown, number: numberOf(favoriteTable.videoId) }, (id, { shown = 0, number = 0 }) => {
        if (shown === number || findings.length === maxFindings) return
        findings.push({ what, where: `${id}: ${shown}, and there are ${number}`, mend: () => recountLikes(db, id) })
      })
      return findings
    }
    return { what, find }
  }

  /** Rows of users that do not exist. */
  function orphans(what: string, owner: MySqlColumn): Audit {
    const find = async () => {
      let number = 0
      const missing: number[] = []
      const tallies = {
        rows: tally({ table: sql`${owner.table}`, key: sql`${owner}`, value: rows }),
        user: users(sql`1`),
      }
      await compareTallies(db, tallies, (id, { rows, user }) => {
        if (rows === undefined || user !== undefined || missing.length === maxFindings) return
        number += rows
        missing.push(id)
      })
      const mend = () => db.delete(owner.table).where(inArray(owner, missing))
      return number === 0 ? [] : [{ what, where: `${number} rows`, mend }]
    }
    return { what, find }
  }

  const users = (value: SQL) => tally({ table: sql`${userTable}`, key: sql`id`, value })
  const numberOf = (owner: MySqlColumn) => tally({ table: sql`${owner.table}`, key: sql`${owner}`, value: rows })
  const { followerId, followedId } = followTable
  return [
    orphans('likes of unknown users', favoriteTable.userId),
    orphans('follows by unknown users', followerId),
    orphans('follows of unknown users', followedId),
    userCount('follow_count'),
    userCount('follower_count'),
    userCount('favorite_count'),
    videoCounts(),
  ]
}

/** More rows than a healthy outbox has. If there are more, it is unknown which counts feed-srv has got. */
const maxOutboxRows = 10_000

/** The like counts that feed-srv has got of these videos and should show. Videos in the outbox are left out. */
export async function publishedTotals(db: Database, videoIds: number[]): Promise<Map<number, number>> {
  if (videoIds.length === 0) return new Map()
  const { videoIds: waiting } = likeCountOutboxTable
  const outbox = await db.select({ waiting }).from(likeCountOutboxTable).limit(maxOutboxRows)
  if (outbox.length === maxOutboxRows) return new Map()
  const rows = await selectRows(
    db,
    sql`select video_id, count from ${favoriteTotalTable} where video_id in ${videoIds}`,
  )
  const late = new Set(outbox.flatMap(({ waiting }) => videosOf(waiting)))
  const known = new Map(rows.map(({ video_id, count }) => [Number(video_id), Number(count)]))
  return new Map(videoIds.filter((id) => !late.has(id)).map((id) => [id, known.get(id) ?? 0]))
}

/** Counts the likes of a video anew. A like in flight waits for the locked row, and then adds to what is counted here. */
function recountLikes(db: Database, videoId: number): Promise<void> {
  const thisVideo = eq(favoriteTotalTable.videoId, videoId)
  return transact(db, async (tx) => {
    await tx
      .insert(favoriteTotalTable)
      .values({ videoId, count: 0, version: 0 })
      .onDuplicateKeyUpdate({ set: { videoId } })
    await tx.select({ videoId: favoriteTotalTable.videoId }).from(favoriteTotalTable).where(thisVideo).for('update')
    const [row] = await tx.select({ number: count() }).from(favoriteTable).where(eq(favoriteTable.videoId, videoId))
    await tx
      .update(favoriteTotalTable)
      .set({ count: row?.number ?? 0, version: sql`${favoriteTotalTable.version} + 1` })
      .where(thisVideo)
    await tx.execute(insertOutboxRow([videoId]))
  })
}

/** Publishes a count to feed-srv again, with a version that is newer than the one it has. */
export function publishAgain(db: Database, videoId: number, feedVersion: number): Promise<void> {
  return transact(db, async (tx) => {
    const version = sql`greatest(${favoriteTotalTable.version}, ${feedVersion}) + 1`
    await tx
      .insert(favoriteTotalTable)
      .values({ videoId, count: 0, version: feedVersion + 1 })
      .onDuplicateKeyUpdate({ set: { version } })
    await tx.execute(insertOutboxRow([videoId]))
  })
}

const page = 1000

/** Up to a thousand liked videos with a greater id, in ascending order. */
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

/** Deletes all likes of a deleted video, also if no user-srv is running. */
export async function forgetLikes(db: Database, videoId: number): Promise<void> {
  await noteDeleted(db, [videoId])
  while (await removeLikes(db, videoId));
}

/** The storage keys of all images that profiles name. */
export async function pictureKeys(db: Database): Promise<string[]> {
  const rows = await db.select({ avatar: userTable.avatar, background: userTable.backgroundImage }).from(userTable)
  return [...new Set(rows.flatMap((row) => [row.avatar, row.background]).filter((key) => key !== ''))]
}

/** Removes an image that is lost from the profiles: the generated one is shown instead. */
export async function forgetPicture(db: Database, key: string): Promise<void> {
  await db.update(userTable).set({ avatar: '' }).where(eq(userTable.avatar, key))
  await db.update(userTable).set({ backgroundImage: '' }).where(eq(userTable.backgroundImage, key))
}

/** The ids that no user has. */
export async function unknownUsers(db: Database, ids: number[]): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await db.select({ id: userTable.id }).from(userTable).where(inArray(userTable.id, ids))
  const found = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !found.has(id))
}
