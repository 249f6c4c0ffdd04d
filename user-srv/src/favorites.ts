import { type Database, type Repeated, type Transaction, transact } from '@douyin/database'
import { Failure, type FavInfo, type Feed, isDoing, notFound, status, type User } from '@douyin/proto'
import { and, eq } from 'drizzle-orm'
import { countKinds, countWaitMs } from './counts.ts'
import { lockUser } from './lock.ts'
import { newestPage } from './pages.ts'
import { countDeltaTable, favoriteTable, favoriteTotalTable } from './schema.ts'

const { userId, videoId, createTime } = favoriteTable

/** Who likes which video. */
export function favorites(db: Database, feed: Feed, counts: Repeated): Pick<User, 'favoriteAction' | 'listFavorites'> {
  return {
    async favoriteAction(request) {
      const change = isDoing(request.actionType) ? like : unlike
      await requireVideo(db, feed, request.videoId)
      const changed = await transact(db, (tx) => change(tx, request))
      if (changed) await counts.settled(countWaitMs)
      return {}
    },

    listFavorites: (request) =>
      newestPage(db, { table: favoriteTable, owner: userId, id: videoId, time: createTime }, request),
  }
}

/** Says whether anything changed. */
async function like(tx: Transaction, request: FavInfo): Promise<boolean> {
  await lockUser(tx, request.userId)
  const row = { userId: request.userId, videoId: request.videoId, createTime: Date.now() }
  const [{ affectedRows }] = await tx.insert(favoriteTable).ignore().values(row)
  if (affectedRows === 1) await count(tx, request, 1)
  return affectedRows === 1
}

async function unlike(tx: Transaction, request: FavInfo): Promise<boolean> {
  await lockUser(tx, request.userId)
  const [{ affectedRows }] = await tx
    .delete(favoriteTable)
    .where(and(eq(userId, request.userId), eq(videoId, request.videoId)))
  if (affectedRows === 1) await count(tx, request, -1)
  return affectedRows === 1
}

function count(tx: Transaction, { userId, videoId }: FavInfo, delta: number) {
  return tx.insert(countDeltaTable).values([
    { kind: countKinds.favorite, subjectId: userId, delta },
    { kind: countKinds.videoFavorite, subjectId: videoId, delta },
  ])
}

/** feed-srv knows the videos. While it is away, one that was liked before counts as there, so that likes go on. */
async function requireVideo(db: Database, feed: Feed, id: number): Promise<void> {
  const found = await feed.getVideoList({ videoId: [id], without_comment_list: true }).catch(async (error) => {
    const isAway = error instanceof Failure && error.code === status.UNAVAILABLE
    if (isAway && (await wasLiked(db, id))) return undefined
    throw error
  })
  if (found?.videoInfos.length === 0) throw notFound(`no video ${id}`)
}

async function wasLiked(db: Database, id: number): Promise<boolean> {
  const { videoId } = favoriteTotalTable
  const rows = await db.select({ videoId }).from(favoriteTotalTable).where(eq(videoId, id))
  return rows.length > 0
}
