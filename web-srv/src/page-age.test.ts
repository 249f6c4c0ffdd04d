import { expect, test } from 'bun:test'
import type { Feed, User } from '@douyin/proto'
import { app } from './app.ts'
import { inbox } from './inbox.ts'
import type { Studio } from './media/accept.ts'
import { rateLimit } from './rate-limit.ts'
import { sessions } from './session.ts'
import { sharing } from './sharing.ts'

const shareMs = 1000
const session = sessions('a secret of at least thirty-two bytes')
const token = await session.issue(7)

/** The whole API at a clock of its own. Each reading of the list of videos takes `readMs` and counts its one video's likes up. */
async function site(readMs = 0) {
  const clock = { ms: 1000, now: () => clock.ms }
  let likes = 0
  const getVideos = async () => {
    const read = ++likes
    clock.ms += readMs
    const video = { id: 3, userId: 9, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 't', comment_count: 0 }
    return { videoInfos: [{ ...video, favorite_count: read }], next_time: 5, authors: [] }
  }
  const feed = {
    getVideos,
    getVideoPages: async ({ pages }: { pages: object[] }) => ({ pages: await Promise.all(pages.map(getVideos)) }),
  } as unknown as Feed
  const user = {
    batchGetUserDetail: async () => ({ userDetailInfoList: [{ id: 9, name: 'u' }] }),
    getViewersFacts: async () => ({ facts: [{ liked_video_id: [], followed_user_id: [] }] }),
    listInbox: async () => ({ messages: [] }),
    listMessagesSince: async () => ({ messages: [], last_id: 0 }),
  } as unknown as User
  const { services, pages } = sharing({ user, feed }, shareMs, clock)
  const api = await app(services, {
    pages,
    session,
    inbox: inbox(user),
    studio: { storage: { read: async () => undefined } } as unknown as Studio,
    rateLimit: rateLimit(false),
    baseUrl: (request) => new URL(request.url).origin,
    timeZone: 'UTC',
    isReady: async () => true,
    log: { info: () => {}, error: () => {} },
  })
  const get = (url: string) => api.handle(new Request(new URL(url, 'http://localhost')))
  const likesOf = async (url: string) => (await (await get(url)).json()).video_list[0].favorite_count
  return { clock, get, likesOf }
}

test('a page is no older than SHARE_MS, also where the player’s document has asked for its list before', async () => {
  const { clock, get, likesOf } = await site()
  await get('/')
  clock.ms += 990
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 10
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 1
  expect(await likesOf('/douyin/feed/')).toBe(2)
})

test('that holds for the pages of several names of the server, and for those of viewers', async () => {
  const { clock, likesOf } = await site()
  expect(await likesOf('http://one.test/douyin/feed/')).toBe(1)
  clock.ms += 600
  expect(await likesOf('http://two.test/douyin/feed/')).toBe(1)
  expect(await likesOf(`http://two.test/douyin/feed/?token=${token}`)).toBe(1)
  expect(await likesOf(`http://two.test/douyin/feed/?token=${token}`)).toBe(1)
  clock.ms += 401
  expect(await likesOf('http://one.test/douyin/feed/')).toBe(2)
  expect(await likesOf('http://two.test/douyin/feed/')).toBe(2)
  expect(await likesOf(`http://two.test/douyin/feed/?token=${token}`)).toBe(2)
})

test('the age of a page counts from when its list began to be read, not from when it was there', async () => {
  const { clock, likesOf } = await site(400)
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 600
  expect(await likesOf('/douyin/feed/')).toBe(1)
  clock.ms += 1
  expect(await likesOf('/douyin/feed/')).toBe(2)
})
