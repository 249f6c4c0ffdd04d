import { expect, test } from 'bun:test'
import { migrate } from '../../database/migrate.ts'
import { connectOptions, freshDatabase } from '../../test/mysql.ts'
import { migrations } from '../drizzle/migrations.gen.ts'

test('counts of likes that an older version had still to tell are told after an upgrade', async () => {
  const fresh = await freshDatabase()
  const connection = { ...connectOptions(fresh.url), database: new URL(fresh.url).pathname.slice(1) }
  const untold = migrations.findIndex(({ tag }) => tag === '0005_untold_favorites')
  await migrate(connection, migrations.slice(0, untold), 'user')
  await fresh.query(
    'insert into favorite_total (video_id, count, version, unpublished) values (7, 2, 3, 1), (8, 1, 1, 0)',
  )
  await migrate(connection, migrations, 'user')
  expect(await fresh.query('select create_time, video_ids from untold_favorites')).toEqual([
    { create_time: 0, video_ids: '7' },
  ])
  await fresh.drop()
})
