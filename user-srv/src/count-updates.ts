import { isOneOf, namesOf, plus, rowsOf, sumBy } from '@douyin/database'
import { type Column, type SQL, sql } from 'drizzle-orm'
import { favoriteTotalTable, userTable } from './schema.ts'

/** The counts that this service keeps: three of a user, the last one of a video. */
export type Count = 'follow' | 'follower' | 'favorite' | 'videoFavorite'

export interface CountChange {
  count: Count
  /** The user or the video. */
  id: number
  delta: number
}

/** Statements that apply these changes, at most one for each table. Rows are changed in ascending id, so two transactions cannot deadlock. */
export function updateCounts(changes: CountChange[]): SQL[] {
  const sumsOf = (count: Count) =>
    sumBy(
      changes.filter((change) => change.count === count),
      (change) => change.id,
    )
  const { followCount, followerCount, favoriteCount } = userTable
  return [
    ...updateUsers([
      [followCount, sumsOf('follow')],
      [followerCount, sumsOf('follower')],
      [favoriteCount, sumsOf('favorite')],
    ]),
    ...updateVideos(sumsOf('videoFavorite')),
  ]
}

type Sums = Map<number, number>

function updateUsers(columns: [Column, Sums][]): SQL[] {
  const changed = columns.filter(([, sums]) => sums.size > 0)
  if (changed.length === 0) return []
  const ids = new Set(changed.flatMap(([, sums]) => [...sums.keys()]).sort((a, b) => a - b))
  const assignments = changed.map(([count, sums]) => sql`${count} = ${plus(count, userTable.id, sums)}`)
  return [sql`update ${userTable} set ${sql.join(assignments, sql`, `)} where ${isOneOf(userTable.id, ids)}`]
}

/** The version of a count grows with each change, so that feed-srv can tell a late message from a new one. */
function updateVideos(sums: Sums): SQL[] {
  if (sums.size === 0) return []
  const { videoId, count, version } = favoriteTotalTable
  const rows = rowsOf([...sums].map(([id, sum]) => [id, sum, 1]))
  return [
    sql`insert into ${favoriteTotalTable} (${namesOf([videoId, count, version])})
      values ${rows} on duplicate key update ${namesOf([count])} = ${count} + values(${namesOf([count])}),
      ${namesOf([version])} = ${version} + 1`,
  ]
}
