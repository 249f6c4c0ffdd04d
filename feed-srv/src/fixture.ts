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
  /** Creates a video that is not published: its first version has to be made. */
  prepare(userId: number, original_url?: string): Promise<number>
  /** Gives the job of this video to a worker, whatever its place in the queue. Returns its id. */
  hold(videoId: number, worker: string): Promise<number>
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
    async prepare(userId, original_url = 'original.mov') {
      const video = { userId, playUrl: '', coverUrl: '', title: 'soon', original_url }
      return (await feed.createVideo(video)).videoId[0]!
    },
    async hold(videoId, worker) {
      const lease = [worker, Date.now() + 60_000, videoId]
      await fresh.query(
        'update transcode_job set leased_by = ?, leased_until = ?, attempts = 1 where video_id = ?',
        lease,
      )
      return Number((await fresh.query('select id from transcode_job where video_id = ?', [videoId]))[0]?.id)
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
