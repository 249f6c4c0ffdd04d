import type { Database } from '@douyin/database'
import {
  checkId,
  checkIds,
  Failure,
  type FavInfo,
  type Feed,
  type LikeCount,
  notFound,
  outcomeOf,
  parseActionType,
  type User,
} from '@douyin/proto'
import type { RowDataPacket } from 'mysql2'
import type { DeletedVideos } from './deleted-videos.ts'
import { edgeToggles, noChange, type Toggle, type ToggleResult } from './edge-toggles.ts'
import { newestPage } from './keyset.ts'
import { countKinds, type FavoriteCounts, knownVideos, noteUntold, totalsOf } from './like-count-outbox.ts'
import { favoriteTable } from './schema.ts'

const { userId, videoId, createTime } = favoriteTable

/** Who likes which video. */
export function favorites(
  db: Database,
  feed: Feed,
  counts: Pick<FavoriteCounts, 'shown' | 'noteTold'>,
  deleted: Pick<DeletedVideos, 'note'>,
): Pick<User, 'favoriteAction' | 'favoriteActions' | 'noteVideoDeleted' | 'listFavorites'> {
  const change = edgeToggles(db, {
    table: favoriteTable,
    actor: userId,
    subject: videoId,
    time: createTime,
    counts: { actor: countKinds.favorite, subject: countKinds.videoFavorite },
    subjects: { known: knownVideos, note: noteUntold, report: totalsOf },
  })

  async function act(changes: Toggle[]) {
    const known = await change({ changes })
    // feed-srv knows the videos; of one that was liked before it need not be asked.
    const asked = known.unknown.length > 0 ? await actAfterAsking(known.unknown) : noChange
    return {
      failures: new Map([...known.failures, ...asked.failures]),
      counts: [...known.report, ...asked.report].map(toCount),
      untold: [known.note, asked.note].filter((note) => note !== undefined),
    }
  }

  async function actAfterAsking(unknown: Toggle[]): Promise<ToggleResult> {
    const failing = (failure: (change: Toggle) => Failure, of: Toggle[]) =>
      new Map(of.map((change) => [change, failure(change)]))
    try {
      const ids = new Set(unknown.map(({ subject }) => subject))
      const there = new Set((await feed.findVideos({ videoId: [...ids], without_comment_list: true })).videoId)
      const absent = unknown.filter(({ subject, on }) => on && !there.has(subject))
      const isAbsent = new Set(absent)
      const changed = await change({ changes: unknown.filter((change) => !isAbsent.has(change)), there })
      const failures = failing(({ subject }) => notFound(`no video ${subject}`), absent)
      return { ...changed, failures: new Map([...failures, ...changed.failures]) }
    } catch (error) {
      // What was done for the others is done.
      if (error instanceof Failure) return { ...noChange, failures: failing(() => error, unknown) }
      throw error
    }
  }

  return {
    async favoriteAction(request) {
      const changes = [toChange(request)]
      const { failures, counts: now } = await act(changes)
      for (const failure of failures.values()) throw failure
      await Promise.all(now.map(counts.shown))
      return {}
    },

    async favoriteActions({ actions, told }) {
      checkIds(actions.map((action) => action.videoId))
      checkIds(told)
      counts.noteTold(told)
      const changes = actions.map(toChange)
      const { failures, ...done } = await act(changes)
      return { outcomes: changes.map((one) => outcomeOf(failures.get(one))), ...done }
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

const toCount = ({ video_id, count, version }: RowDataPacket): LikeCount => ({ video_id, count, version })

const toChange = ({ userId, videoId, actionType }: FavInfo): Toggle => ({
  actor: userId,
  subject: videoId,
  on: parseActionType(actionType),
})
