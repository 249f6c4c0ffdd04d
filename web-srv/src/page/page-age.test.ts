import { expect, test } from 'bun:test'
import { site, tokenFor } from '../site.fixture.ts'

const token = await tokenFor(7)

/** A site at a clock of its own, where each reading of the feed takes `readMs` and counts the likes of its one video up. */
async function slowSite(readMs = 0) {
  const clock = { ms: 1000, now: () => clock.ms }
  let likes = 0
  const getVideos = async () => {
    const favorite_count = ++likes
    clock.ms += readMs
    const video = { id: 3, userId: 9, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 't', comment_count: 0 }
    return { videoInfos: [{ ...video, favorite_count }], next_time: 5, authors: [] }
  }
  const user = {
    getPageFacts: async () => ({ profiles: [{ id: 9, name: 'u' }], like_counts: [] }),
    getViewersFacts: async () => ({ facts: [{ liked_video_id: [], followed_user_id: [] }] }),
  }
  const { get, read } = await site(user, { getVideos }, 1000, clock)
  const likesOf = async (url: string) => (await read(url)).video_list[0].favorite_count
  return { clock, get, likesOf }
}

test('a page is no older than SHARE_MS, also if the player’s document has read its list before', async () => {
  const { clock, get, likesOf } = await slowSite()
  await get('/')
  clock.ms += 490
  expect(await likesOf('/douyin/feed/')).toBe(2)
  clock.ms += 1000
  expect(await likesOf('/douyin/feed/')).toBe(2)
  clock.ms += 1
  expect(await likesOf('/douyin/feed/')).toBe(3)
})

test('the same holds for the pages of several host names, and for those of viewers', async () => {
  const { clock, likesOf } = await slowSite()
  expect(await likesOf('http://one.local/douyin/feed/')).toBe(1)
  clock.ms += 500
  expect(await likesOf(`http://one.local/douyin/feed/?token=${token}`)).toBe(1)
  expect(await likesOf('http://two.local/douyin/feed/')).toBe(2)
  expect(await likesOf(`http://two.local/douyin/feed/?token=${token}`)).toBe(2)
  clock.ms += 501
  expect(await likesOf(`http://one.local/douyin/feed/?token=${token}`)).toBe(3)
  expect(await likesOf('http://one.local/douyin/feed/')).toBe(3)
  expect(await likesOf('http://two.local/douyin/feed/')).toBe(2)
  clock.ms += 500
  expect(await likesOf(`http://two.local/douyin/feed/?token=${token}`)).toBe(4)
})

test('the age of a page counts from the start of reading its list, not from the end', async () => {
  const { clock, likesOf } = await slowSite(400)
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 600
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 1
  expect(await likesOf('/douyin/feed/')).toBe(2)
})
