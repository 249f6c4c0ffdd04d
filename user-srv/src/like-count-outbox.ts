import { type Database, foldDeltas, isOneOf, namesOf, plus, rowsOf, sumBy } from '@douyin/database'
import { type BackgroundLoop, backgroundLoop, batcher, waitAtMost } from '@douyin/process'
import type { FavoriteCount, Feed, Log } from '@douyin/proto'
import { asc, type Column, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { countDeltaTable, favoriteTotalTable, untoldFavoritesTable, userTable } from './schema.ts'

/** What a row of count_delta counts: the first three for a user, the last for a video. */
export const countKinds = { follow: 1, follower: 2, favorite: 3, videoFavorite: 4 } as const

/** How long a like waits for its count to be shown: in health it takes a few ms. */
const shownMs = 100
const intervalMs = 1000
/** How long whoever was given counts has to tell them and to say so. */
const othersMs = 1000
/** How many counts go into one call or statement, which compares each of them with each row. */
const maxBatchSize = 100
/** How many notes a round takes. */
const notesAtOnce = 100
/** More ids than those who tell counts hand in between two rounds. */
const mostTold = 10_000

type Delta = Pick<typeof countDeltaTable.$inferSelect, 'kind' | 'subjectId' | 'delta'>

/** Notes that these videos were deleted. */
type NoteDeleted = (videoIds: number[]) => Promise<void>

export interface FavoriteCounts extends BackgroundLoop {
  /** Resolves when feed-srv shows this count of a video, or a newer one; after 100 ms at the latest. */
  shown(count: FavoriteCount): Promise<void>
  /** Whoever was given the counts of these notes has told feed-srv. */
  noteTold(ids: number[]): void
}

/**
 * Tells feed-srv the likes of each video: the absolute count with a version, so that telling twice, late or after a crash
 * is harmless. Each lot of likes leaves a note of its videos in untold_favorites. Who likes has the count told at once, or
 * is given it to tell it herself and says so with her next likes; what nobody said was told within a second a round tells,
 * and takes away the notes. And it adds what a version of ours left in count_delta that counted apart from the rows.
 */
export function favoriteCounts(
  db: Database,
  feed: Pick<Feed, 'publishFavoriteCounts'>,
  noteDeleted: NoteDeleted,
  log: Log,
): FavoriteCounts {
  let told: number[] = []
  const tellTogether = batcher(
    async (counts: FavoriteCount[]) => {
      const { video_id } = await feed.publishFavoriteCounts({ counts: newestOfEach(counts) })
      const gone = new Set(video_id)
      return counts.map((count) => gone.has(count.video_id))
    },
    { concurrency: 1, maxBatchSize },
  )

  async function round(): Promise<boolean> {
    const moreDeltas = await foldDeltas(db, countDeltaTable, addLate)
    await forget(db, told.splice(0))
    const notes = await oldNotes(db)
    const counts = await totals(db, new Set(notes.flatMap(({ videoIds }) => videosOf(videoIds))))
    const areGone = await Promise.all(counts.map(tellTogether))
    await noteDeleted(counts.filter((_, i) => areGone[i]).map((count) => count.video_id))
    await forget(
      db,
      notes.map((note) => note.id),
    )
    return notes.length === notesAtOnce || moreDeltas
  }

  const onError = (error: unknown) => log.error({ err: error }, 'counts are late')
  return {
    ...backgroundLoop(round, { name: 'counts', intervalMs, onError }),
    // What could not be told is told by a round, which also says why.
    shown: (count) => waitAtMost(tellTogether(count), shownMs),
    noteTold(ids) {
      told = [...told, ...ids].slice(-mostTold)
    },
  }
}

/** Statements that add to the counts, each row once: least id first, so that two who add do not lock each other out. */
export function addDeltas(deltas: Delta[]): SQL[] {
  const of = (kind: number) =>
    sumBy(
      deltas.filter((row) => row.kind === kind),
      (row) => row.subjectId,
    )
  const { followCount, followerCount, favoriteCount } = userTable
  return [
    ...addToUsers([
      [followCount, of(countKinds.follow)],
      [followerCount, of(countKinds.follower)],
      [favoriteCount, of(countKinds.favorite)],
    ]),
    ...addToVideos(of(countKinds.videoFavorite)),
  ]
}

function addLate(deltas: Delta[]): SQL[] {
  const videos = deltas.filter((row) => row.kind === countKinds.videoFavorite).map((row) => row.subjectId)
  return [...addDeltas(deltas), ...(videos.length > 0 ? [noteUntold(new Set(videos))] : [])]
}

type Sums = Map<number, number>

function addToUsers(all: [Column, Sums][]): SQL[] {
  const given = all.filter(([, sums]) => sums.size > 0)
  if (given.length === 0) return []
  const ids = new Set(given.flatMap(([, sums]) => [...sums.keys()]).sort((a, b) => a - b))
  const changes = given.map(([count, sums]) => sql`${count} = ${plus(count, userTable.id, sums)}`)
  return [sql`update ${userTable} set ${sql.join(changes, sql`, `)} where ${isOneOf(userTable.id, ids)}`]
}

function addToVideos(sums: Sums): SQL[] {
  if (sums.size === 0) return []
  const { videoId, count, version } = favoriteTotalTable
  const rows = rowsOf([...sums].map(([id, sum]) => [id, sum, 1]))
  return [
    sql`insert into ${favoriteTotalTable} (${namesOf([videoId, count, version])})
      values ${rows} on duplicate key update ${namesOf([count])} = ${count} + values(${namesOf([count])}),
      ${namesOf([version])} = ${version} + 1`,
  ]
}

/** The videos that somebody has liked before, and that nobody deleted. */
export function knownVideos(ids: Iterable<number>): SQL {
  const { videoId, isDeleted } = favoriteTotalTable
  return sql`select ${videoId} as id from ${favoriteTotalTable} where ${isOneOf(videoId, ids)} and not ${isDeleted}`
}

/** Reads the likes of videos as one who changes them has left them. */
export function totalsOf(videoIds: Iterable<number>): SQL {
  const { videoId, count, version } = favoriteTotalTable
  return sql`select ${videoId}, ${count}, ${version} from ${favoriteTotalTable} where ${isOneOf(videoId, videoIds)}`
}

/** Notes that feed-srv has to be told the likes of these videos. */
export function noteUntold(ids: Iterable<number>): SQL {
  const { createTime, videoIds } = untoldFavoritesTable
  return sql`insert into ${untoldFavoritesTable} (${namesOf([createTime, videoIds])})
    values (${Date.now()}, ${[...ids].join()})`
}

export const videosOf = (videoIds: string) => videoIds.split(',').map(Number)

function oldNotes(db: Database) {
  const { id, videoIds, createTime } = untoldFavoritesTable
  return db
    .select({ id, videoIds })
    .from(untoldFavoritesTable)
    .where(lt(createTime, Date.now() - othersMs))
    .orderBy(asc(id))
    .limit(notesAtOnce)
}

async function totals(db: Database, ids: Set<number>): Promise<FavoriteCount[]> {
  if (ids.size === 0) return []
  const { videoId, count, version } = favoriteTotalTable
  const columns = { video_id: videoId, count, version }
  return db.select(columns).from(favoriteTotalTable).where(isOneOf(videoId, ids))
}

/** A deadlock with others who take the same ones away is tried again by the next round. */
async function forget(db: Database, notes: number[]): Promise<void> {
  if (notes.length > 0) await db.delete(untoldFavoritesTable).where(inArray(untoldFavoritesTable.id, notes))
}

export function newestOfEach(counts: FavoriteCount[]): FavoriteCount[] {
  const newest = new Map<number, FavoriteCount>()
  for (const count of counts) {
    if (count.version > (newest.get(count.video_id)?.version ?? 0)) newest.set(count.video_id, count)
  }
  return [...newest.values()]
}
