import { type Database, isOneOf, plus, sumBy, transactInTwoRoundTrips, valueFor } from '@douyin/database'
import { checkIds, type FavoriteCount, type Feed } from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import { authorTable, videoTable } from './schema.ts'
import { videoExists } from './videos.ts'

/** Receives the like counts that user-srv owns and publishes. */
export function favoriteCounts(db: Database): Pick<Feed, 'publishFavoriteCounts'> {
  return {
    async publishFavoriteCounts({ counts }) {
      checkIds(counts.map((count) => count.video_id))
      return { video_id: counts.length > 0 ? await takeCounts(db, counts) : [] }
    },
  }
}

/** A count that is newer than the stored one. */
interface Newer extends FavoriteCount {
  author: number
  before: number
}

/** Stores each newer count and adds the difference to the author's total. Returns the videos that do not exist. */
function takeCounts(db: Database, counts: FavoriteCount[]): Promise<number[]> {
  const missing = new Map(counts.map((count) => [count.video_id, count]))
  return transactInTwoRoundTrips(db, async ({ begin, commit }) => {
    const [videos] = await begin([lockVideos(missing.keys())])
    const rows = videos?.rows ?? []
    const newer = rows.flatMap((row): Newer[] => {
      const count = missing.get(row.id)
      return count && count.version > row.version ? [{ ...count, author: row.author, before: row.before }] : []
    })
    await commit(newer.length > 0 ? [setCounts(newer), addReceived(newer)] : [])
    for (const { id } of rows) missing.delete(id)
    return [...missing.keys()]
  })
}

function lockVideos(ids: Iterable<number>): SQL {
  const { id, userId, favoriteCount, favoriteVersion } = videoTable
  return sql`select ${id}, ${userId} as author, ${favoriteCount} as \`before\`, ${favoriteVersion} as version
    from ${videoTable} where ${isOneOf(id, ids)} and ${videoExists} order by ${id} for update`
}

function setCounts(newer: Newer[]): SQL {
  const { id, favoriteCount, favoriteVersion } = videoTable
  const counts = new Map(newer.map(({ video_id, count }) => [video_id, count]))
  const versions = new Map(newer.map(({ video_id, version }) => [video_id, version]))
  return sql`update ${videoTable} set ${favoriteCount} = ${valueFor(id, counts, sql`${favoriteCount}`)},
    ${favoriteVersion} = ${valueFor(id, versions, sql`${favoriteVersion}`)} where ${isOneOf(id, counts.keys())}`
}

function addReceived(newer: Newer[]): SQL {
  const { userId, totalFavorited } = authorTable
  const received = sumBy(
    newer.map(({ author, count, before }) => ({ author, delta: count - before })),
    ({ author }) => author,
  )
  return sql`update ${authorTable} set ${totalFavorited} = ${plus(totalFavorited, userId, received)}
    where ${isOneOf(userId, received.keys())}`
}
