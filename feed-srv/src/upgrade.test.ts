import { expect, test } from 'bun:test'
import { migrate } from '../../database/migrate.ts'
import { connectOptions, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'

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
