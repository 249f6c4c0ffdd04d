import { expect, test } from 'bun:test'
import { invalid, maxIds } from '@douyin/proto'
import { site, tokenOf } from '../site.fixture.ts'

const token = await tokenOf(7)
const follows = 2500

/** Somebody who follows 2500, of whom every fiftieth has a video, the one followed first the newest. */
async function busySite() {
  const calls: number[] = []
  let underWay = 0
  let most = 0
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
      if (user_id.length > maxIds) throw invalid('too many')
      calls.push(user_id.length)
      most = Math.max(most, ++underWay)
      await new Promise(setImmediate)
      underWay--
      const asked = new Set(user_id)
      const found = videos.filter((one) => asked.has(one.userId) && one.create_time < (time || 9e15)).slice(0, limit)
      const authors = found.map((one) => ({ user_id: one.userId, work_count: 1, total_favorited: one.userId }))
      return { videoInfos: found, next_time: found.at(-1)?.create_time ?? 0, authors }
    },
  }
  const { get } = await site(user, feed, 0)
  const page = async (time: number) =>
    (await get(`/douyin/feed/following/?token=${token}&latest_time=${time}`)).json() as Promise<{
      video_list: { id: number; author: { id: number; total_favorited: number } }[]
      next_time: number
    }>
  return { calls, mostAtOnce: () => most, page }
}

test('the feed of whom one follows has the videos of all of them, also where they are thousands, page by page', async () => {
  const { page } = await busySite()
  const seen: number[] = []
  const sizes: number[] = []
  for (let one = await page(0); one.next_time !== 0; one = await page(one.next_time)) {
    sizes.push(one.video_list.length)
    seen.push(...one.video_list.map(({ id }) => id))
    for (const { author } of one.video_list) expect(author.total_favorited).toBe(author.id)
  }
  expect(sizes).toEqual([30, 20])
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
})

test('they are asked for in calls of 1000 each, all at the same time', async () => {
  const { calls, mostAtOnce, page } = await busySite()
  await page(0)
  expect([calls, mostAtOnce()]).toEqual([[1000, 1000, 500], 3])
})
