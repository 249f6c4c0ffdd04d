import { type Database, isOneOf } from '@douyin/database'
import { gather } from '@douyin/process'
import {
  checkId,
  checkIds,
  type FavInfo,
  type FavoriteCount,
  type Feed,
  isDoing,
  notFound,
  outcomesOf,
  type User,
} from '@douyin/proto'
import { countKinds, type FavoriteCounts, newestOfEach, noteDeleted, totalsOf } from './counts.ts'
import { newestPage } from './pages.ts'
import { changes } from './pairs.ts'
import { favoriteTable, favoriteTotalTable } from './schema.ts'

const { userId, videoId, createTime } = favoriteTable

/** How many questions go together, and how many such lots are under way. */
const lots = { atOnce: 2, most: 250 }

/** Who likes which video. */
export function favorites(
  db: Database,
  feed: Feed,
  counts: Pick<FavoriteCounts, 'shown'>,
): Pick<User, 'favoriteAction' | 'favoriteActions' | 'noteVideoDeleted' | 'listFavorites'> {
  const likedBefore = gather((ids: number[]) => stateOf(db, ids), lots)
  const isThere = gather(async (videoId: number[]) => {
    const found = new Set(
      (await feed.findVideos({ videoId: [...new Set(videoId)], without_comment_list: true })).videoId,
    )
    return videoId.map((id) => found.has(id))
  }, lots)
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
    // feed-srv knows the videos; of one that was liked before it need not be asked, nor be there.
    const before = await likedBefore(videoId)
    if (before === 'deleted' || (!before && !(await isThere(videoId)))) throw notFound(`no video ${videoId}`)
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

    async noteVideoDeleted({ video_id }) {
      checkId('video_id', video_id)
      await noteDeleted(db, [video_id])
      return {}
    },

    listFavorites: (request) =>
      newestPage(db, { table: favoriteTable, owner: userId, id: videoId, time: createTime }, request),
  }
}

/** Is a video known, since somebody liked it before, and still there? */
async function stateOf(db: Database, ids: number[]): Promise<('there' | 'deleted' | undefined)[]> {
  const { videoId, isDeleted } = favoriteTotalTable
  const unique = new Set(ids)
  const rows = await db.select({ videoId, isDeleted }).from(favoriteTotalTable).where(isOneOf(videoId, unique))
  const states = new Map(rows.map((row) => [row.videoId, row.isDeleted ? ('deleted' as const) : ('there' as const)]))
  return ids.map((id) => states.get(id))
}
