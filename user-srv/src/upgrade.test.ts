import { expect, test } from 'bun:test'
import { migrate } from '../../database/migrate.ts'
import { connectOptions, type FreshDatabase, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'

const connectionOf = ({ url }: FreshDatabase) => ({
  ...connectOptions(url),
  database: new URL(url).pathname.slice(1),
})
const upTo = (tag: string) =>
  migrations.slice(
    0,
    migrations.findIndex((one) => one.tag === tag),
  )

test('counts of likes that an older version had still to tell are told after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0005_untold_favorites'), 'user')
  await fresh.query(
    'insert into favorite_total (video_id, count, version, unpublished) values (7, 2, 3, 1), (8, 1, 1, 0)',
  )
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select create_time, video_ids from untold_favorites')).toEqual([
    { create_time: 0, video_ids: '7' },
  ])
  await fresh.drop()
})

test('likes that an older version left of deleted videos are to be removed after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = connectionOf(fresh)
  await migrate(connection, upTo('0006_deleted_likes'), 'user')
  await fresh.query('insert into favorite_total values (7, 2, 3, 1), (8, 1, 1, 0), (9, 0, 1, 1)')
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select video_id from deleted_video')).toEqual([{ video_id: 7 }])
  await fresh.drop()
})
