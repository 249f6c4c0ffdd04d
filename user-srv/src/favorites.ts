import { type Database, isOneOf } from '@douyin/database'
import {
  checkId,
  checkIds,
  Failure,
  type FavInfo,
  type Feed,
  outcomeOf,
  parseActionType,
  type User,
} from '@douyin/proto'
import { type SQL, sql } from 'drizzle-orm'
import type { DeletedVideos } from './deleted-videos.ts'
import { edgeToggles, noChange, type Toggle, type ToggleResult } from './edge-toggles.ts'
import { newestPage } from './keyset.ts'
import { insertOutboxRow } from './like-count-outbox.ts'
import { favoriteTable, favoriteTotalTable } from './schema.ts'

const { userId, videoId, createTime } = favoriteTable

/** Likes of videos. */
export function favorites(
  db: Database,
  feed: Feed,
  deleted: Pick<DeletedVideos, 'note'>,
): Pick<User, 'favoriteAction' | 'favoriteActions' | 'noteVideoDeleted' | 'listFavorites'> {
  const apply = edgeToggles(db, {
    table: favoriteTable,
    caller: userId,
    target: videoId,
    time: createTime,
    counts: { caller: 'favorite', target: 'videoFavorite' },
    videos: { known: likedVideos, outbox: insertOutboxRow },
  })

  /** The failures, by toggle. */
  async function act(toggles: Toggle[]): Promise<Map<Toggle, Failure>> {
    const { failures, unknown } = await apply({ toggles })
    // feed-srv knows which videos exist. It is called only about videos that nobody has liked before.
    const others = unknown.length > 0 ? await actAfterAsking(unknown) : noChange
    return new Map([...failures, ...others.failures])
  }

  async function actAfterAsking(toggles: Toggle[]): Promise<ToggleResult> {
    const failAll = (failed: Toggle[], failure: (toggle: Toggle) => Failure) =>
      new Map(failed.map((toggle) => [toggle, failure(toggle)]))
    try {
      const ids = new Set(toggles.map(({ target }) => target))
      const existing = new Set((await feed.findVideos({ videoId: [...ids], without_comment_list: true })).videoId)
      const missing = new Set(toggles.filter(({ target, on }) => on && !existing.has(target)))
      const result = await apply({ toggles: toggles.filter((toggle) => !missing.has(toggle)), existing })
      const failures = failAll([...missing], ({ target }) => new Failure('VIDEO_NOT_FOUND', { id: target }))
      return { ...result, failures: new Map([...failures, ...result.failures]) }
    } catch (error) {
      // The toggles of known videos are committed already.
      if (error instanceof Failure) return { ...noChange, failures: failAll(toggles, () => error) }
      throw error
    }
  }

  return {
    async favoriteAction(request) {
      const failures = await act([toToggle(request)])
      for (const failure of failures.values()) throw failure
      return {}
    },

    async favoriteActions({ actions }) {
      checkIds(actions.map((action) => action.videoId))
      const toggles = actions.map(toToggle)
      const failures = await act(toggles)
      return { outcomes: toggles.map((toggle) => outcomeOf(failures.get(toggle))) }
    },

    async noteVideoDeleted({ video_id }) {
      checkId('video_id', video_id)
      await deleted.note([video_id])
      return {}
    },

    listFavorites: (request) =>
      newestPage(db, { table: favoriteTable, owner: userId, id: videoId, time: createTime }, request),
  }
}

/** Selects the videos of these that somebody has liked before and that are not deleted. */
function likedVideos(ids: Iterable<number>): SQL {
  const { videoId, isDeleted } = favoriteTotalTable
  return sql`select ${videoId} as id from ${favoriteTotalTable} where ${isOneOf(videoId, ids)} and not ${isDeleted}`
}

const toToggle = ({ userId, videoId, actionType }: FavInfo): Toggle => ({
  caller: userId,
  target: videoId,
  on: parseActionType(actionType),
})
