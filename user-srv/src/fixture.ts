import { closeDatabase, openDatabase } from '@douyin/database'
import type { BackgroundLoop } from '@douyin/process'
import { Failure, type FavoriteCount, type Feed, type User, type UserDetailInfo } from '@douyin/proto'
import { type FreshDatabase, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type DeletedVideos, deletedVideos } from './deleted-videos.ts'
import { publishLikeCounts } from './like-count-outbox.ts'
import { userService } from './service.ts'

/** The service on a database of its own, a fake feed-srv, and short names for frequent calls. */
export interface Fixture {
  fresh: FreshDatabase
  likeCounts: BackgroundLoop
  deleted: DeletedVideos
  feed: FakeFeed
  user: User
  register(username: string, password?: string): Promise<number>
  profile(id: number): Promise<UserDetailInfo>
  check(username: string, password: string): ReturnType<User['checkPassWord']>
  like(userId: number, videoId: number, actionType: number): Promise<object>
  relate(userId: number, toUserId: number, actionType: number): Promise<object>
  close(): Promise<void>
}

export async function openFixture(): Promise<Fixture> {
  const fresh = await freshDatabase()
  const db = await openDatabase({ url: fresh.url, migrations, service: 'user' })
  const feed = fakeFeed()
  const log = { info: () => {}, error: () => {} }
  const deleted = deletedVideos(db, feed.service, log)
  const likeCounts = publishLikeCounts(db, feed.service, deleted.note, log)
  const user = userService({ db, feed: feed.service, deleted, passwordMin: 6 })
  return {
    fresh,
    likeCounts,
    deleted,
    feed,
    user,
    register: async (username, password = 'secret1') => (await user.createUser({ username, password })).user_id,
    profile: async (id) =>
      (await user.batchGetUserDetail({ user_id: [id], profile_only: true })).userDetailInfoList[0]!,
    check: (username, password) => user.checkPassWord({ username, password }),
    like: (userId, videoId, actionType) => user.favoriteAction({ userId, videoId, actionType }),
    relate: (userId, toUserId, actionType) => user.relationAction({ userId, toUserId, actionType }),
    async close() {
      await likeCounts.stop()
      await deleted.stop()
      await closeDatabase(db)
      await fresh.drop()
    },
  }
}

type FakeFeed = ReturnType<typeof fakeFeed>

/** feed-srv as user-srv sees it: videos 1 to 999 exist, and the newer of two counts is kept. */
function fakeFeed() {
  const published = new Map<number, FavoriteCount>()
  const feed = {
    isUnreachable: false,
    deleted: new Set<number>(),
    /** The deleted videos that listDeletedVideos returns, in this order. */
    listed: [] as number[],
    /** The number of counts in each call of publishFavoriteCounts. */
    callSizes: [] as number[],
    /** How often publishFavoriteCounts failed. */
    refused: 0,
    /** How often listDeletedVideos was called. */
    listDeletedCalls: 0,
    /** The like count that feed-srv has of a video. */
    shown: (videoId: number) => published.get(videoId)?.count,
    service: {} as Feed,
  }
  feed.service = {
    async findVideos({ videoId }: { videoId: number[] }) {
      if (feed.isUnreachable) throw new Failure('UNAVAILABLE')
      return { videoId: videoId.filter((id) => id < 1000 && !feed.deleted.has(id)) }
    },
    async listDeletedVideos({ after_time }: { after_time: number }) {
      feed.listDeletedCalls++
      if (feed.isUnreachable) throw new Failure('UNAVAILABLE')
      const videos = feed.listed.map((id, i) => ({ id, delete_time: i + 1, playUrl: '', coverUrl: '' }))
      return { videos: videos.slice(after_time) }
    },
    async batchGetAuthored({ user_id }: { user_id: number[] }) {
      const authored = { comment_id: [], work_count: 1, total_favorited: 2 }
      return { authors: user_id.map((id) => ({ ...authored, user_id: id, video_id: [id * 10] })) }
    },
    async publishFavoriteCounts({ counts }: { counts: FavoriteCount[] }) {
      feed.callSizes.push(counts.length)
      if (feed.isUnreachable) feed.refused++
      if (feed.isUnreachable) throw new Failure('UNAVAILABLE')
      for (const count of counts) {
        if (count.version > (published.get(count.video_id)?.version ?? 0)) published.set(count.video_id, count)
      }
      return { video_id: counts.map((count) => count.video_id).filter((id) => feed.deleted.has(id)) }
    },
  } as unknown as Feed
  return feed
}

/** The outcome of a call: 'success', or the code of its failure. */
export const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'success',
    (error) => error.code ?? error,
  )
