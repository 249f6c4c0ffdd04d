import { expect, test } from 'bun:test'
import { Failure, maxIds } from '@douyin/proto'
import { site, tokenFor } from '../site.fixture.ts'

const token = await tokenFor(7)
const follows = 2500

/** A user who follows 2500 users. Every fiftieth of them has a video. The one followed first has the newest video. */
async function busySite() {
  const calls: number[] = []
  let inFlight = 0
  let maxInFlight = 0
  const userId = (i: number) => 100 + i
  const videos = Array.from({ length: follows / 50 }, (_, i) => ({
    id: i + 1,
    userId: userId(follows - 1 - i * 50),
    create_time: 2e12 - i,
    playUrl: 'a.mp4',
    coverUrl: 'a.jpg',
    title: 't',
    favorite_count: 0,
    comment_count: 0,
  }))
  const user = {
    listFollows: async ({ limit }: { limit: number }) => ({
      id: Array.from({ length: Math.min(limit, follows) }, (_, i) => userId(i)),
      next: null,
    }),
    getPageFacts: async ({ user_id }: { user_id: number[] }) => ({
      profiles: user_id.map((id) => ({ id, name: `user ${id}` })),
      like_counts: [],
    }),
    getViewersFacts: async () => ({ facts: [{ liked_video_id: [], followed_user_id: [] }] }),
  }
  const feed = {
    async listVideosOf({ user_id, time, limit }: { user_id: number[]; time: number; limit: number }) {
      if (user_id.length > maxIds) throw new Failure('TOO_MANY_IDS', { max: maxIds })
      calls.push(user_id.length)
      maxInFlight = Math.max(maxInFlight, ++inFlight)
      await new Promise(setImmediate)
      inFlight--
      const authorIds = new Set(user_id)
      const older = videos.filter(({ userId, create_time }) => authorIds.has(userId) && create_time < (time || 9e15))
      const videoInfos = older.slice(0, limit)
      const authors = videoInfos.map(({ userId }) => ({ user_id: userId, work_count: 1, total_favorited: userId }))
      return { videoInfos, next_time: videoInfos.at(-1)?.create_time ?? 0, authors }
    },
  }
  const { get } = await site(user, feed, 0)
  const page = async (time: number) =>
    (await get(`/douyin/feed/following/?token=${token}&latest_time=${time}`)).json() as Promise<{
      video_list: { id: number; author: { id: number; total_favorited: number } }[]
      next_time: number
    }>
  return { calls, maxInFlight: () => maxInFlight, page }
}

test('the feed of followed users has the videos of all of them, page by page, also for thousands of users', async () => {
  const { page } = await busySite()
  const seen: number[] = []
  const sizes: number[] = []
  for (let current = await page(0); current.next_time !== 0; current = await page(current.next_time)) {
    sizes.push(current.video_list.length)
    seen.push(...current.video_list.map(({ id }) => id))
    for (const { author } of current.video_list) expect(author.total_favorited).toBe(author.id)
  }
  expect(sizes).toEqual([30, 20])
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
})

test('the videos are requested in concurrent calls with up to 1000 authors each', async () => {
  const { calls, maxInFlight, page } = await busySite()
  await page(0)
  expect([calls, maxInFlight()]).toEqual([[1000, 1000, 500], 3])
})
