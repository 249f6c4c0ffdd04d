import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../../test/stack.ts'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let like: Fixture['like']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ like } = fixture)
})
afterAll(() => fixture.close())

const number = async (sql: string, values: unknown[]) => Number((await fixture.fresh.query(sql, values))[0]?.n)
const likesOf = (video: number) => number('select count(*) as n from favorite where video_id = ?', [video])
const totalOf = (video: number) => number('select count as n from favorite_total where video_id = ?', [video])
/** Users whose count of likes is not that of their rows. */
const miscounted = () =>
  number(
    `select count(*) as n from user u
     where favorite_count <> (select count(*) from favorite f where f.user_id = u.id)`,
    [],
  )
const notes = () => number('select count(*) as n from deleted_video', [])
const allRemoved = (video: number) => until(async () => (await likesOf(video)) + (await notes()) === 0)

test('all likes of a deleted video are deleted with their counts, also if one transaction is not enough', async () => {
  const fans = Array.from({ length: 1234 }, (_, i) => i + 1000)
  const user = (id: number) => [id, `fan ${id}`, 'no hash', 0, 2]
  await fixture.fresh.query('insert into user (id, name, password_hash, create_time, favorite_count) values ?', [
    fans.map(user),
  ])
  await fixture.fresh.query('insert into favorite values ?', [
    fans.flatMap((id) => [
      [id, 1, 1],
      [id, 2, 2],
    ]),
  ])
  await fixture.fresh.query('insert into favorite_total (video_id, count, version) values (1, 1234, 1), (2, 1234, 1)')
  await fixture.user.noteVideoDeleted({ video_id: 1 })
  await allRemoved(1)
  expect([await totalOf(1), await likesOf(2), await totalOf(2), await miscounted()]).toEqual([0, 1234, 1234, 0])
})

test('a deletion that no caller reported is found at feed-srv, also after feed-srv was away', async () => {
  const fan = await fixture.register('finds')
  await like(fan, 11, 1)
  await like(fan, 12, 1)
  fixture.feed.isUnreachable = true
  fixture.feed.listed.push(12)
  fixture.feed.deleted.add(12)
  const before = fixture.feed.listDeletedCalls
  await until(async () => fixture.feed.listDeletedCalls > before)
  expect(await likesOf(12)).toBe(1)
  fixture.feed.isUnreachable = false
  await allRemoved(12)
  expect([await likesOf(11), await miscounted()]).toEqual([1, 0])
})

test('likes that arrive while their video is deleted do not stay, and every count is right', async () => {
  const fans = await Promise.all(Array.from({ length: 8 }, (_, i) => fixture.register(`late ${i}`)))
  for (let video = 100; video < 130; video++) {
    await like(fans[0]!, video, 1)
    const likes = fans.flatMap((fan) => [like(fan, video, 1), like(fan, video + 100, 1)])
    fixture.feed.deleted.add(video)
    await Promise.all([fixture.user.noteVideoDeleted({ video_id: video }), ...likes.map(outcome)])
  }
  const left = () => number('select count(*) as n from favorite where video_id between 100 and 129', [])
  await until(async () => (await left()) + (await notes()) === 0)
  const unpublished = () => number('select count(*) as n from like_count_outbox', [])
  await until(async () => (await unpublished()) === 0)
  await until(async () => (await left()) + (await notes()) === 0)
  expect(await miscounted()).toBe(0)
  expect(await number('select count(*) as n from favorite where video_id between 200 and 229', [])).toBe(240)
})
