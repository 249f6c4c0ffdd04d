import { afterAll, beforeAll, expect, test } from 'bun:test'
import { closeDatabase, type Database, openDatabase } from '@douyin/database'
import type { Feed } from '@douyin/proto'
import type { PoolConnection, QueryOptions } from 'mysql2'
import { migrations } from '../drizzle/migrations.gen.ts'
import { type Fixture, openFixture } from './fixture.ts'
import { feedService } from './service.ts'

type Query = (options: QueryOptions, ...rest: unknown[]) => unknown

let fixture: Fixture
let db: Database
let feed: Feed
let changed = 0
beforeAll(async () => {
  fixture = await openFixture()
  db = await openDatabase({ url: fixture.fresh.url, migrations, service: 'feed' })
  db.$multiStatementPool.on('connection', changeSteps)
  feed = feedService(db)
})
afterAll(async () => {
  await closeDatabase(db)
  await fixture.close()
})

/** Right before comments are inserted ids begin to grow by another step, as when a node leaves a Galera cluster. */
function changeSteps(connection: PoolConnection): void {
  const query = connection.query.bind(connection) as unknown as Query
  const changing: Query = (options, ...rest) => {
    if (/insert into .comment/.test(options.sql)) {
      changed++
      query({ sql: `set session auto_increment_increment = ${2 + (changed % 5)}` }, [], () => {})
    }
    return query(options, ...rest)
  }
  connection.query = changing as unknown as PoolConnection['query']
}

test('each comment has the id of its own row, though the server changes the step of ids at any moment', async () => {
  const videoId = await fixture.publish(9)
  const batch = (from: number) =>
    Array.from({ length: 10 }, (_, i) => `text ${from + i}`).map((commentText) => ({
      ...{ userId: 50, videoId, comment_id: 0, actionType: 1 },
      commentText,
    }))
  const batches = [0, 10, 20].map(batch)
  const answers = await Promise.all(batches.map((comments) => feed.addComments({ comments })))
  expect(changed).toBeGreaterThan(0)
  const { contentList } = await feed.listComments({ video_id: videoId, limit: 0, before_id: 0 })
  const textOf = new Map(contentList.map(({ id, str }) => [id, str]))
  const answered = answers.flatMap(({ outcomes }) => outcomes.map(({ content }) => textOf.get(content?.id ?? 0)))
  expect(answered).toEqual(batches.flat().map(({ commentText }) => commentText))
})
