import {
  type Database,
  foldDeltas,
  isOneOf,
  namesOf,
  plus,
  type Repeated,
  repeat,
  rowsOf,
  sumBy,
  transact,
  valueFor,
} from '@douyin/database'
import { atMost, gather } from '@douyin/process'
import type { FavoriteCount, Feed, Log } from '@douyin/proto'
import { and, type Column, eq, type SQL, sql } from 'drizzle-orm'
import { countDeltaTable, favoriteTotalTable, userTable } from './schema.ts'

/** What a row of count_delta counts: the first three for a user, the last for a video. */
export const countKinds = { follow: 1, follower: 2, favorite: 3, videoFavorite: 4 } as const

/** How long a like waits for its count to be shown: in health it takes a few ms. */
const shownMs = 100
const intervalMs = 1000
/** How many counts go into one call or statement, which compares each of them with each row. */
const most = 100

type Delta = Pick<typeof countDeltaTable.$inferSelect, 'kind' | 'subjectId' | 'delta'>

export interface FavoriteCounts extends Repeated {
  /** Resolves when feed-srv shows this count of a video, or a newer one; after 100 ms at the latest. */
  shown(count: FavoriteCount): Promise<void>
}

/**
 * Tells feed-srv the likes of each video: the absolute count with a version, so that telling twice, late or after a crash
 * is harmless. Who likes has it told at once, or is told it to tell it herself; a round each second tells what is marked,
 * and takes away the marks. And it adds what a version of ours left in count_delta that counted apart from the rows.
 */
export function favoriteCounts(db: Database, feed: Pick<Feed, 'publishFavoriteCounts'>, log: Log): FavoriteCounts {
  const tellTogether = gather(
    async (counts: FavoriteCount[]) => {
      await feed.publishFavoriteCounts({ counts: newestOfEach(counts) })
      return counts
    },
    { atOnce: 1, most },
  )

  async function round(): Promise<boolean> {
    const moreDeltas = await foldDeltas(db, countDeltaTable, addDeltas)
    const counts = await marked(db)
    if (counts.length > 0) {
      const { video_id } = await feed.publishFavoriteCounts({ counts })
      await unmark(db, counts)
      await noteDeleted(db, video_id)
    }
    return counts.length === most || moreDeltas
  }

  const onError = (error: unknown) => log.error({ err: error }, 'counts are late')
  return {
    ...repeat(round, { name: 'counts', intervalMs, onError }),
    // What could not be told is told by a round, which also says why.
    shown: (count) => atMost(tellTogether(count), shownMs),
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
  const { videoId, count, version, unpublished } = favoriteTotalTable
  const rows = rowsOf([...sums].map(([id, sum]) => [id, sum, 1, 1]))
  return [
    sql`insert into ${favoriteTotalTable} (${namesOf([videoId, count, version, unpublished])})
      values ${rows} on duplicate key update ${namesOf([count])} = ${count} + values(${namesOf([count])}),
      ${namesOf([version])} = ${version} + 1, ${namesOf([unpublished])} = 1`,
  ]
}

/** Reads the likes of videos as one who changes them has left them. */
export function totalsOf(videoIds: Iterable<number>): SQL {
  const { videoId, count, version } = favoriteTotalTable
  return sql`select ${videoId}, ${count}, ${version} from ${favoriteTotalTable} where ${isOneOf(videoId, videoIds)}`
}

/** Least id first, as all who lock these rows do. */
function marked(db: Database): Promise<FavoriteCount[]> {
  const { videoId, count, version, unpublished } = favoriteTotalTable
  const columns = { video_id: videoId, count, version }
  return db.select(columns).from(favoriteTotalTable).where(eq(unpublished, true)).orderBy(videoId).limit(most)
}

export function newestOfEach(counts: FavoriteCount[]): FavoriteCount[] {
  const newest = new Map<number, FavoriteCount>()
  for (const count of counts) {
    if (count.version > (newest.get(count.video_id)?.version ?? 0)) newest.set(count.video_id, count)
  }
  return [...newest.values()]
}

/** From now on nobody likes these videos. */
export async function noteDeleted(db: Database, videoIds: number[]): Promise<void> {
  if (videoIds.length === 0) return
  const rows = videoIds
    .toSorted((a, b) => a - b)
    .map((videoId) => ({ videoId, count: 0, version: 0, unpublished: false, isDeleted: true }))
  await db
    .insert(favoriteTotalTable)
    .values(rows)
    .onDuplicateKeyUpdate({ set: { isDeleted: true } })
}

/** Only of what was told: a count that has changed meanwhile has another version and keeps its mark. */
function unmark(db: Database, counts: FavoriteCount[]): Promise<unknown> {
  const { videoId, version } = favoriteTotalTable
  const told = new Map(counts.map((count) => [count.video_id, count.version]))
  const isTold = and(isOneOf(videoId, told.keys()), eq(version, valueFor(videoId, told, sql`0`)))
  return transact(db, (tx) => tx.update(favoriteTotalTable).set({ unpublished: false }).where(isTold))
}
