import { type Audit, type Database, type Finding, steps, transact, wrongRows } from '@douyin/database'
import { eq, inArray, type SQL, sql } from 'drizzle-orm'
import { countKinds, noteUntold, videosOf } from './counts.ts'
import {
  countDeltaTable,
  favoriteTable,
  favoriteTotalTable,
  followTable,
  untoldFavoritesTable,
  userTable,
} from './schema.ts'

const atOnce = sql`limit 1000`

/** What must hold of these tables whenever one looks, a delta that is not folded yet included. */
export function auditUser(db: Database): Audit[] {
  /** Whose count is not the number of the rows; mended by a delta, which nobody can tell from any other change. */
  function count(what: string, kind: number, subjects: SQL, rows: SQL): Audit {
    const question = sql`
      select s.id, cast(s.said + coalesce(p.pending, 0) as signed) as said, coalesce(r.number, 0) as number
      from (${subjects}) s
      left join (select subject_id, sum(delta) as pending from ${countDeltaTable} where kind = ${kind} group by subject_id) p
        on p.subject_id = s.id
      left join (${rows}) r on r.id = s.id
      having said <> number ${atOnce}`
    const finding = ({ id, said, number }: Record<string, unknown>): Finding => ({
      what,
      where: `${id}: ${said}, and there are ${number}`,
      mend: () => addDeltas(Number(id), kind, Number(number) - Number(said)),
    })
    return { what, find: async () => (await wrongRows(db, question)).map(finding) }
  }

  function addDeltas(subjectId: number, kind: number, difference: number) {
    return db.insert(countDeltaTable).values(steps(difference).map((delta) => ({ kind, subjectId, delta })))
  }

  /** Rows of somebody who is not there. */
  function orphans(what: string, table: typeof favoriteTable | typeof followTable, owner: SQL): Audit {
    const gone = sql`not exists (select 1 from ${userTable} u where u.id = ${owner})`
    const question = sql`select count(*) as number from ${table} where ${gone} having number > 0`
    const finding = ({ number }: Record<string, unknown>): Finding => ({
      what,
      where: `${number} rows`,
      mend: () => db.delete(table).where(gone),
    })
    return { what, find: async () => (await wrongRows(db, question)).map(finding) }
  }

  const users = (said: SQL) => sql`select id, ${said} as said from ${userTable}`
  const numberOf = (table: SQL, id: SQL) => sql`select ${id} as id, count(*) as number from ${table} group by ${id}`
  const { followerId, followedId } = followTable
  return [
    orphans('likes of nobody', favoriteTable, sql`${favoriteTable.userId}`),
    orphans('follows by nobody', followTable, sql`${followerId}`),
    orphans('follows of nobody', followTable, sql`${followedId}`),
    count('follow_count', countKinds.follow, users(sql`follow_count`), numberOf(sql`${followTable}`, sql`follower_id`)),
    count(
      'follower_count',
      countKinds.follower,
      users(sql`follower_count`),
      numberOf(sql`${followTable}`, sql`followed_id`),
    ),
    count(
      'favorite_count',
      countKinds.favorite,
      users(sql`favorite_count`),
      numberOf(sql`${favoriteTable}`, sql`user_id`),
    ),
    count(
      'likes of a video',
      countKinds.videoFavorite,
      sql`select f.video_id as id, coalesce(t.count, 0) as said
        from (select video_id from ${favoriteTable} union select video_id from ${favoriteTotalTable}) f
        left join ${favoriteTotalTable} t on t.video_id = f.video_id`,
      numberOf(sql`${favoriteTable}`, sql`video_id`),
    ),
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
