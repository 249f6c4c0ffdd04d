import { expect, test } from 'bun:test'
import { migrate } from '../../database/migrate.ts'
import { connectOptions, type FreshDatabase, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'

const connectionOf = ({ url }: FreshDatabase) => ({
  ...connectOptions(url),
  database: new URL(url).pathname.slice(1),
})
/** The migrations before this one. */
function upTo(tag: string) {
  const end = migrations.findIndex((one) => one.tag === tag)
  if (end < 0) throw new Error(`no migration ${tag}`)
  return migrations.slice(0, end)
}

test('like counts that an older version had not published are in the outbox after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0005_untold_favorites'), 'user')
  await fresh.query(
    'insert into favorite_total (video_id, count, version, unpublished) values (7, 2, 3, 1), (8, 1, 1, 0)',
  )
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select create_time, video_ids from like_count_outbox')).toEqual([
    { create_time: 0, video_ids: '7' },
  ])
  await fresh.drop()
})

test('likes of deleted videos that an older version left are noted for deletion after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0009_deleted_likes'), 'user')
  await fresh.query('insert into favorite_total values (7, 2, 3, 1), (8, 1, 1, 0), (9, 0, 1, 1)')
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select video_id from deleted_video')).toEqual([{ video_id: 7 }])
  await fresh.drop()
})

test('counts that an older version had not added yet are right after an upgrade, and those of videos are in the outbox', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0010_like_count_outbox'), 'user')
  await fresh.query(
    `insert into user (id, name, password_hash, create_time, follow_count, follower_count, favorite_count)
     values (1, 'a', '', 0, 0, 7, 0), (2, 'b', '', 0, 0, 0, 3), (3, 'c', '', 0, 9, 9, 9)`,
  )
  await fresh.query('insert into follow values (1, 2, 5)')
  await fresh.query('insert into favorite values (1, 50, 5), (1, 51, 6)')
  await fresh.query('insert into favorite_total (video_id, count, version) values (50, 0, 4)')
  await fresh.query("insert into untold_favorites (create_time, video_ids) values (8, '60,61')")
  await fresh.query(
    'insert into count_delta (kind, subject_id, delta) values (1, 1, 1), (2, 2, 1), (3, 1, 1), (3, 1, 1), (4, 50, 1), (4, 51, 1)',
  )
  await migrate(connection, migrations, 'user')
  const users = await fresh.query('select id, follow_count, follower_count, favorite_count from user order by id')
  expect(users.map(Object.values)).toEqual([
    [1, 1, 0, 2],
    [2, 0, 1, 0],
    [3, 9, 9, 9],
  ])
  const totals = await fresh.query('select video_id, count, version from favorite_total order by video_id')
  expect(totals.map(Object.values)).toEqual([
    [50, 1, 5],
    [51, 1, 1],
  ])
  const outbox = await fresh.query('select video_ids from like_count_outbox order by id')
  expect(outbox.map((row) => String(row.video_ids)).sort()).toEqual(['50', '51', '60,61'])
  await fresh.drop()
})

test('an upgrade that was stopped right after a table was renamed goes on', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0010_like_count_outbox'), 'user')
  await fresh.query('rename table untold_favorites to like_count_outbox')
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select * from like_count_outbox')).toEqual([])
  await fresh.drop()
})
