import { expect, test } from 'bun:test'
import { type Feed, notFound, type User, unavailable } from '@douyin/proto'
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
  mostUnderWay?: number
}

function api({ user = {}, feed = {}, limited = false, mostUnderWay }: Fakes) {
  return app({ user, feed } as unknown as { user: User; feed: Feed }, {
    session,
    inbox: inbox({
      listInbox: async () => ({ messages: [] }),
      listMessagesSince: async () => ({ messages: [], last_id: 0 }),
    }),
    studio: { storage: { read: async () => undefined } } as unknown as MediaPipeline,
    rateLimit: rateLimit(limited),
    mostUnderWay,
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

const away = async () => {
  throw unavailable('away')
}

test('while user-srv is away a guest sees the feed with feed-srv’s counts of likes, its authors reduced to what is known', async () => {
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

test('while user-srv is away the signed in are told so, rather than shown hearts that are wrong', async () => {
  const fakes = { feed: { getVideos: async () => page }, user: { getPageFacts: away, getViewersFacts: away } }
  const { http, body } = await call(fakes, `/douyin/feed/?token=${token}`)
  expect([http, body]).toEqual([200, { status_code: 1, status_msg: 'away', video_list: [], next_time: 0 }])
})

test('a bug answers 500 without a word of what happened, and is logged', async () => {
  const bug = async () => {
    throw new Error('select password_hash from /srv/secret')
  }
  const { http, body } = await call({ feed: { getVideos: bug } }, '/douyin/feed/')
  expect([http, body.status_code, body.status_msg]).toEqual([500, 1, 'internal error'])
  expect(String((logged.at(-1) as { err: Error }).err)).toContain('/srv/secret')
})

test('a failure is HTTP 200 with its sentence, and the endpoint keys are there', async () => {
  const fakes = { user: { listFollows: async () => Promise.reject(notFound('no user 5')) } }
  const { http, body } = await call(fakes, '/douyin/relation/follow/list/?user_id=5')
  expect([http, body]).toEqual([200, { status_code: 5, status_msg: 'no user 5', user_list: [] }])
})

test('an action by GET does not act, and an unknown path is 404, both in the envelope', async () => {
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

test('too many requests of one kind are 429 with Retry-After, and the envelope', async () => {
  const one = await api({ limited: true, user: { checkPassWord: async () => ({ id: 0, success: false }) } })
  const login = () =>
    one.handle(new Request('http://localhost/douyin/user/login/?username=a&password=wrong-one', { method: 'POST' }))
  for (let i = 0; i < 10; i++) expect((await login()).status).toBe(200)
  const refused = await login()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ status_code: 10, user_id: 0, token: '' })
})

test('every JSON answer forbids sniffing, caching and framing', async () => {
  const { headers } = await call({ feed: { getVideos: async () => ({ ...page, videoInfos: [] }) } }, '/douyin/feed/')
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
})

test('user_id in the query never stands for the signed in', async () => {
  const asked: unknown[] = []
  const user = { favoriteAction: async (request: object) => void asked.push(request) }
  await call({ user }, `/douyin/favorite/action/?token=${token}&user_id=8&video_id=1&action_type=1`, 'POST')
  expect(asked).toEqual([{ userId: 7, videoId: 1, actionType: 1 }])
})

test('who comes when too many are under way is sent away at once, to come again; the others are answered', async () => {
  const slow = Promise.withResolvers<typeof page>()
  const fakes = { feed: { getVideos: () => slow.promise }, user: { getPageFacts: away }, mostUnderWay: 2 }
  const door = await api(fakes)
  const ask = (time: number) => door.handle(new Request(`http://localhost/douyin/feed/?latest_time=${time}`))
  const inside = [ask(1), ask(2)]
  const refused = await ask(3)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await refused.json()).toMatchObject({ status_code: 1, video_list: [], next_time: 0 })
  slow.resolve(page)
  expect((await Promise.all(inside)).map((answer) => answer.status)).toEqual([200, 200])
  expect((await ask(4)).status).toBe(200)
})
