import { expect, test } from 'bun:test'
import { Failure, type Feed, type User } from '@douyin/proto'
import { app } from './app.ts'
import { rateLimit } from './auth/rate-limit.ts'
import { sessions } from './auth/session.ts'
import { inbox } from './chat/inbox.ts'
import type { MediaPipeline } from './media/upload/accept.ts'

const session = sessions('a secret of at least thirty-two bytes')
const token = await session.issue(7)
const logged: object[] = []
const video = { id: 3, userId: 9, playUrl: 'a.mp4', coverUrl: 'a.jpg', title: 't', favorite_count: 1, comment_count: 0 }
const page = { videoInfos: [video], next_time: 5, authors: [{ user_id: 9, work_count: 2, total_favorited: 4 }] }

type Fakes = {
  user?: Partial<Record<keyof User, unknown>>
  feed?: Partial<Record<keyof Feed, unknown>>
  limited?: boolean
  maxInFlight?: number
}

function api({ user = {}, feed = {}, limited = false, maxInFlight }: Fakes) {
  return app({ user, feed } as unknown as { user: User; feed: Feed }, {
    session,
    inbox: inbox({
      listInbox: async () => ({ messages: [] }),
      listMessagesSince: async () => ({ messages: [], last_id: 0 }),
    }),
    media: { storage: { read: async () => undefined } } as unknown as MediaPipeline,
    rateLimit: rateLimit(limited),
    maxInFlight,
    baseUrl: () => 'http://localhost',
    timeZone: 'UTC',
    isReady: async () => true,
    log: { info: () => {}, error: (fields) => void logged.push(fields) },
  })
}

async function call(fakes: Fakes, path: string, method = 'GET') {
  const response = await (await api(fakes)).handle(
    new Request(`http://localhost${path}`, { method, headers: { 'accept-language': 'en' } }),
  )
  return { http: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

const unavailable = 'the service is not available at the moment, please try again'
const away = async () => {
  throw new Failure('UNAVAILABLE')
}

test('while user-srv is unavailable a guest gets the feed, with like counts and authors as feed-srv knows them', async () => {
  const { body } = await call({ feed: { getVideos: async () => page }, user: { getPageFacts: away } }, '/douyin/feed/')
  expect(body).toMatchObject({ status_code: 0, next_time: 5 })
  const [shown] = body.video_list as { author: object; favorite_count: number }[]
  expect(shown?.favorite_count).toBe(1)
  expect(shown?.author).toMatchObject({ id: 9, name: '', work_count: 2, total_favorited: 4, is_follow: false })
})

test('a page shows the likes that user-srv counts, not the copy of feed-srv', async () => {
  const getPageFacts = async () => ({ profiles: [{ id: 9, name: 'u' }], like_counts: [{ video_id: 3, count: 5 }] })
  const { body } = await call({ feed: { getVideos: async () => page }, user: { getPageFacts } }, '/douyin/feed/')
  expect(body.video_list).toMatchObject([{ id: 3, favorite_count: 5, author: { name: 'u' } }])
})

test('while user-srv is unavailable a signed-in user gets a failure instead of wrong like and follow flags', async () => {
  const fakes = { feed: { getVideos: async () => page }, user: { getPageFacts: away, getViewersFacts: away } }
  const { http, body } = await call(fakes, `/douyin/feed/?token=${token}`)
  expect([http, body]).toEqual([200, { status_code: 1, status_msg: unavailable, video_list: [], next_time: 0 }])
})

test('a bug answers 500 with no detail of the error, and is logged', async () => {
  const bug = async () => {
    throw new Error('select password_hash from /srv/secret')
  }
  const { http, body } = await call({ feed: { getVideos: bug } }, '/douyin/feed/')
  expect([http, body.status_code, body.status_msg]).toEqual([500, 1, 'internal error'])
  expect(String((logged.at(-1) as { err: Error }).err)).toContain('/srv/secret')
})

test('a failure is HTTP 200 with its message and with the keys of the endpoint', async () => {
  const fakes = { user: { listFollows: async () => Promise.reject(new Failure('USER_NOT_FOUND', { id: 5 })) } }
  const { http, body } = await call(fakes, '/douyin/relation/follow/list/?user_id=5')
  expect([http, body]).toEqual([200, { status_code: 5, status_msg: 'no user 5', user_list: [] }])
})

test('an action by GET changes nothing and is 405, an unknown path is 404, and both use the envelope', async () => {
  let acted = false
  const user = {
    favoriteAction: async () => {
      acted = true
    },
  }
  const wrong = await call({ user }, `/douyin/favorite/action/?token=${token}&video_id=1&action_type=1`)
  expect([wrong.http, wrong.headers.get('allow'), acted]).toEqual([405, 'POST', false])
  expect(wrong.body.status_code).not.toBe(0)
  expect((await call({}, '/douyin/nothing/')).http).toBe(404)
})

test('exceeding a rate limit is 429 with Retry-After, in the envelope', async () => {
  const server = await api({ limited: true, user: { checkPassWord: async () => ({ id: 0, success: false }) } })
  const login = () =>
    server.handle(new Request('http://localhost/douyin/user/login/?username=a&password=wrong-one', { method: 'POST' }))
  for (let i = 0; i < 10; i++) expect((await login()).status).toBe(200)
  const rejected = await login()
  expect(rejected.status).toBe(429)
  expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await rejected.json()).toMatchObject({ status_code: 10, user_id: 0, token: '' })
})

test('every JSON response forbids sniffing, caching and framing', async () => {
  const { headers } = await call({ feed: { getVideos: async () => ({ ...page, videoInfos: [] }) } }, '/douyin/feed/')
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
})

test('user_id in the query never replaces the signed-in user', async () => {
  const requests: unknown[] = []
  const user = { favoriteAction: async (request: object) => void requests.push(request) }
  await call({ user }, `/douyin/favorite/action/?token=${token}&user_id=8&video_id=1&action_type=1`, 'POST')
  expect(requests).toEqual([{ userId: 7, videoId: 1, actionType: 1 }])
})

test('a request beyond the limit is rejected with Retry-After, and the requests in flight are answered', async () => {
  const slow = Promise.withResolvers<typeof page>()
  const fakes = { feed: { getVideos: () => slow.promise }, user: { getPageFacts: away }, maxInFlight: 2 }
  const server = await api(fakes)
  const request = (time: number) => server.handle(new Request(`http://localhost/douyin/feed/?latest_time=${time}`))
  const inFlight = [request(1), request(2)]
  const rejected = await request(3)
  expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await rejected.json()).toMatchObject({ status_code: 1, video_list: [], next_time: 0 })
  slow.resolve(page)
  expect((await Promise.all(inFlight)).map((answer) => answer.status)).toEqual([200, 200])
  expect((await request(4)).status).toBe(200)
})
