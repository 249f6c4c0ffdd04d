import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type DeletedVideoInfo, status } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let feed: Fixture['feed']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ feed } = fixture)
})
afterAll(() => fixture.close())

const first = { after_time: 0, after_id: 0, limit: 0 }

test('deleted videos are listed in the order of their deletion, page by page, and no others', async () => {
  const ids = await Promise.all(Array.from({ length: 9 }, () => fixture.publish(1)))
  const gone = ids.slice(2).toReversed()
  for (const video_id of gone) await feed.deleteVideo({ user_id: 1, video_id })
  // As an older version left them: several of one ms.
  await fixture.fresh.query('update video set delete_time = 5000 where id in (?)', [gone.slice(0, 3)])
  const wanted = [...gone.slice(0, 3).toSorted((a, b) => a - b), ...gone.slice(3)]
  const listed: DeletedVideoInfo[] = []
  for (let place = { ...first, limit: 2 }; ; ) {
    const { videos } = await feed.listDeletedVideos(place)
    listed.push(...videos)
    const last = videos.at(-1)
    if (!last) break
    place = { after_time: last.delete_time, after_id: last.id, limit: 2 }
  }
  expect(listed.map(({ id }) => id)).toEqual(wanted)
  expect(listed[0]).toMatchObject({ playUrl: 'a.mp4', coverUrl: 'a.jpg' })
  expect(await outcome(feed.listDeletedVideos({ ...first, limit: 1001 }))).toBe(status.INVALID_ARGUMENT)
})

test('paging through deletions misses none while many videos are deleted concurrently', async () => {
  const ids = await Promise.all(Array.from({ length: 120 }, () => fixture.publish(2)))
  const seen = new Set<number>()
  let place = first
  const look = async () => {
    const { videos } = await feed.listDeletedVideos(place)
    for (const { id } of videos) seen.add(id)
    const last = videos.at(-1)
    if (last) place = { ...first, after_time: last.delete_time, after_id: last.id }
  }
  let deleting = true
  const looked = (async () => {
    while (deleting) await look()
  })()
  await Promise.all(ids.map((video_id) => feed.deleteVideo({ user_id: 2, video_id })))
  deleting = false
  await looked
  await look()
  expect(ids.filter((id) => !seen.has(id))).toEqual([])
})
