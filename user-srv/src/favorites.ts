import { type Database, isOneOf } from '@douyin/database'
import { gather } from '@douyin/process'
import {
  checkIds,
  Failure,
  type FavInfo,
  type FavoriteCount,
  type Feed,
  isDoing,
  notFound,
  outcomesOf,
  status,
  type User,
} from '@douyin/proto'
import { countKinds, type FavoriteCounts, newestOfEach, totalsOf } from './counts.ts'
import { newestPage } from './pages.ts'
import { changes } from './pairs.ts'
import { favoriteTable, favoriteTotalTable } from './schema.ts'

const { userId, videoId, createTime } = favoriteTable

/** Who likes which video. */
export function favorites(
  db: Database,
  feed: Feed,
  counts: Pick<FavoriteCounts, 'shown'>,
): Pick<User, 'favoriteAction' | 'favoriteActions' | 'listFavorites'> {
  const reasonAgainst = gather((ids: number[]) => reasonsAgainst(db, feed, ids), { atOnce: 2, most: 250 })
  const change = changes(db, {
    table: favoriteTable,
    actor: userId,
    subject: videoId,
    time: createTime,
    counts: { actor: countKinds.favorite, subject: countKinds.videoFavorite },
    ofUsers: false,
    report: totalsOf,
  })

  /** Gives the count of the video as it is then. */
  async function act({ userId, videoId, actionType }: FavInfo): Promise<FavoriteCount | undefined> {
    const doing = isDoing(actionType)
    const reason = await reasonAgainst(videoId)
    if (reason) throw reason
    const { failure, report } = await change({ actor: userId, subject: videoId, doing })
    if (failure) throw failure
    return report as FavoriteCount | undefined
  }

  return {
    async favoriteAction(request) {
      const count = await act(request)
      if (count) await counts.shown(count)
      return {}
    },

    async favoriteActions({ actions }) {
      checkIds(actions.map((action) => action.videoId))
      const acts = actions.map(act)
      const outcomes = await outcomesOf(acts)
      const given = await Promise.all(acts.map((one) => one.catch(() => undefined)))
      return { outcomes, counts: newestOfEach(given.filter((count) => count !== undefined)) }
    },

    listFavorites: (request) =>
      newestPage(db, { table: favoriteTable, owner: userId, id: videoId, time: createTime }, request),
  }
}

/** feed-srv knows the videos. While it is away, one that was liked before counts as there, so that likes go on. */
async function reasonsAgainst(db: Database, feed: Feed, ids: number[]): Promise<(Failure | undefined)[]> {
  const unique = [...new Set(ids)]
  try {
    const found = new Set((await feed.findVideos({ videoId: unique, without_comment_list: true })).videoId)
    return ids.map((id) => (found.has(id) ? undefined : notFound(`no video ${id}`)))
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== status.UNAVAILABLE) throw error
    const liked = await likedBefore(db, unique)
    return ids.map((id) => (liked.has(id) ? undefined : error))
  }
}

async function likedBefore(db: Database, ids: number[]): Promise<Set<number>> {
  const { videoId } = favoriteTotalTable
  const rows = await db.select({ videoId }).from(favoriteTotalTable).where(isOneOf(videoId, ids))
  return new Set(rows.map((row) => row.videoId))
}
