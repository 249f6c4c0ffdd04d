import { closeDatabase, openDatabase } from '@douyin/database'
import type { BackgroundLoop } from '@douyin/process'
import type { Feed, VideoInfo } from '@douyin/proto'
import { type FreshDatabase, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'
import { purgeDeletedVideos } from './purge-deleted.ts'
import { feedService } from './service.ts'

/** The service on a database of its own, and short names for frequent calls. */
export interface Fixture {
  fresh: FreshDatabase
  /** Deletes the rows of videos that were deleted over a minute ago. */
  videoPurge: BackgroundLoop
  feed: Feed
  publish(userId: number, title?: string): Promise<number>
  video(id: number): Promise<VideoInfo>
  close(): Promise<void>
}

export async function openFixture(): Promise<Fixture> {
  const fresh = await freshDatabase()
  const db = await openDatabase({ url: fresh.url, migrations, service: 'feed' })
  const log = { info: () => {}, error: (fields: object) => console.error(fields) }
  const videoPurge = purgeDeletedVideos(db, 60_000, log)
  const feed = feedService(db)
  return {
    fresh,
    videoPurge,
    feed,
    async publish(userId, title = '标题') {
      const { videoId } = await feed.createVideo({ userId, playUrl: 'a.mp4', coverUrl: 'a.jpg', title })
      return videoId[0]!
    },
    async video(id) {
      const { videoInfos } = await feed.getVideoList({ videoId: [id], without_comment_list: true })
      return videoInfos[0]!
    },
    async close() {
      await videoPurge.stop()
      await closeDatabase(db)
      await fresh.drop()
    },
  }
}

/** The outcome of a call: 'success', or the code of its failure. */
export const outcome = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'success',
    (error) => error.code ?? error,
  )
