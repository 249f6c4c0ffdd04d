import { expect, test } from 'bun:test'
import { closeDatabase, openDatabase } from '@douyin/database'
import { migrate } from '../../database/migrate.ts'
import { connectOptions, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'
import { feedService } from './service.ts'

test('comments whose deletion an older version had not counted yet are counted after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = { ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) }
  const before = migrations.findIndex(({ tag }) => tag === '0004_comment_counts')
  await migrate(connection, migrations.slice(0, before), 'feed')
  const video = (id: number, commentCount: number) => [id, 1, 'a.mp4', 'a.jpg', 't', id, commentCount]
  await fresh.query(
    'insert into video (id, user_id, play_url, cover_url, title, publish_time, comment_count) values ?',
    [[video(1, 3), video(2, 8)]],
  )
  await fresh.query("insert into comment (video_id, user_id, text, create_time) values (1, 1, 'x', 0), (1, 1, 'y', 0)")
  await fresh.query('insert into comment_delta (video_id, delta) values (1, -1)')
  await migrate(connection, migrations, 'feed')
  const counts = await fresh.query('select comment_count from video order by id')
  expect(counts.map((row) => row.comment_count)).toEqual([2, 8])
  await fresh.drop()
})

test('videos of an earlier version are published after an upgrade, and those of today count for the quota', async () => {
  const fresh = await freshDatabase()
  const connection = { ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) }
  const before = migrations.findIndex(({ tag }) => tag === '0005_transcoding')
  await migrate(connection, migrations.slice(0, before), 'feed')
  const dayMs = 24 * 60 * 60 * 1000
  const times = [Date.now() - 2 * dayMs, Date.now() - dayMs / 2]
  const videos = times.map((time, i) => [i + 1, 1, 'a.mp4', 'a.jpg', 't', time, 10])
  await fresh.query('insert into video (id, user_id, play_url, cover_url, title, publish_time, bytes) values ?', [
    videos,
  ])
  await migrate(connection, migrations, 'feed')
  const db = await openDatabase({ url: fresh.url, migrations, service: 'feed' })
  const feed = feedService(db)
  const { videoInfos } = await feed.getVideos({ time: 0, limit: 0, without_comment_list: true })
  expect(videoInfos.map(({ id, create_time }) => [id, create_time])).toEqual([
    [2, times[1]!],
    [1, times[0]!],
  ])
  expect(videoInfos[0]).toMatchObject({ renditions: [], preparation: null, playUrl: 'a.mp4' })
  expect(await feed.getUploadUsage({ user_id: 1, upload_id: '' })).toEqual({ uploads: 1, bytes: 10 })
  await closeDatabase(db)
  await fresh.drop()
})
