import { afterAll, beforeAll, expect, test } from 'bun:test'
import { app } from '../web-srv/src/app.ts'
import { rateLimit } from '../web-srv/src/auth/rate-limit.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { inbox } from '../web-srv/src/chat/inbox.ts'
import { mediaLimits } from '../web-srv/src/media/media-limits.ts'
import { localDisk } from '../web-srv/src/media/store/storage.ts'
import { videoParser } from '../web-srv/src/media/video/parser.ts'
import { batchedServices } from '../web-srv/src/page/batched-services.ts'
import { pageCache } from '../web-srv/src/page/page-cache.ts'
import { reachServices } from '../web-srv/src/services.ts'
import type { Answer } from './api.ts'
import { seededRandom } from './seeded-random.ts'
import { type Stack, startStack, tokenSecret, until } from './stack.ts'

const people = 6
const rounds = 12
const seed = Number(Bun.env.FRESHNESS_SEED ?? Date.now() % 1e6)

/** Two web-srv apps over the same services: `cached` caches pages for a second, `uncached` caches nothing. */
type TestApp = Awaited<ReturnType<typeof startApp>>
let stack: Stack
let reached: ReturnType<typeof reachServices>
let cached: TestApp
let uncached: TestApp
let tokens: string[]
const videos: number[] = []

beforeAll(async () => {
  stack = await startStack()
  reached = reachServices(stack.userAddress, stack.feedAddress)
  const users = Array.from({ length: people }, (_, i) => [i + 1, `user ${i + 1}`, 'no hash', 0])
  await stack.userDatabase.query('insert into user (id, name, password_hash, create_time) values ?', [users])
  tokens = await Promise.all(users.map(([id]) => sessions(tokenSecret).issue(Number(id))))
  ;[cached, uncached] = await Promise.all([startApp(1000), startApp(0)])
  for (let id = 1; id <= people; id++) await publish(id)
}, 60_000)

afterAll(async () => {
  reached?.user.close()
  reached?.feed.close()
  await stack?.stop()
})

async function startApp(maxAgeMs: number) {
  const pages = pageCache(maxAgeMs)
  const services = batchedServices(reached, pages)
  const api = await app(services, {
    pages,
    session: sessions(tokenSecret),
    media: {
      storage: await localDisk(stack.mediaDir),
      limits: mediaLimits(),
      parser: videoParser(),
      remux: async () => undefined,
      drawCover: async () => undefined,
    },
    inbox: inbox(reached.user),
    rateLimit: rateLimit(false),
    baseUrl: () => 'http://localhost',
    timeZone: 'UTC',
    isReady: async () => true,
    log: { info() {}, error() {} },
  })
  const ask = async (path: string, method = 'GET') => {
    const answer = await api.handle(new Request(`http://localhost/douyin${path}`, { method }))
    return (await answer.json()) as Answer
  }
  return { services, ask }
}

async function publish(userId: number): Promise<number> {
  const title = `of ${userId}`
  const { videoId } = await cached.services.feed.createVideo({ userId, playUrl: 'a.mp4', coverUrl: 'a.jpg', title })
  const id = videoId[0] ?? 0
  videos.push(id)
  return id
}

async function areCountsShown(): Promise<boolean> {
  const [counted, shown] = await Promise.all([
    stack.userDatabase.query('select video_id as id, version from favorite_total where version > 0'),
    stack.feedDatabase.query('select id, favorite_version as version from video'),
  ])
  const shownVersions = new Map(shown.map(({ id, version }) => [id, version]))
  return counted.every(({ id, version }) => shownVersions.get(id) === version)
}

const as = (user: number) => `token=${tokens[user - 1]}`
const feedOf = async (user: number) => (await cached.ask(`/feed/?${as(user)}`)).video_list
const seen = async (user: number, video: number) => (await feedOf(user)).find((one) => one.id === video)

/** Each performs an action as this user, and checks at once that this user sees the result. */
const actions = [
  async (user: number, randomBelow: (n: number) => number) => {
    const video = videos[videos.length - 1 - randomBelow(Math.min(10, videos.length))]!
    const action = 1 + randomBelow(2)
    await cached.ask(`/favorite/action/?${as(user)}&video_id=${video}&action_type=${action}`, 'POST')
    const shown = await seen(user, video)
    expect(shown?.is_favorite).toBe(action === 1)
    // Others may like it at the same time: with this like there is at least one.
    if (action === 1) expect(shown?.favorite_count).toBeGreaterThanOrEqual(1)
  },
  async (user: number, randomBelow: (n: number) => number) => {
    const other = ((user + randomBelow(people - 1)) % people) + 1
    const action = 1 + randomBelow(2)
    await cached.ask(`/relation/action/?${as(user)}&to_user_id=${other}&action_type=${action}`, 'POST')
    expect((await cached.ask(`/user/?${as(user)}&user_id=${other}`)).user.is_follow).toBe(action === 1)
  },
  async (user: number) => {
    const video = await publish(user)
    expect((await feedOf(user))[0]?.id).toBeGreaterThanOrEqual(video)
    expect((await cached.ask('/feed/')).video_list.some((one) => one.id === video)).toBe(true)
  },
  async (user: number, randomBelow: (n: number) => number) => {
    const video = videos[videos.length - 1 - randomBelow(Math.min(10, videos.length))]!
    const answer = await cached.ask(
      `/comment/action/?${as(user)}&video_id=${video}&action_type=1&comment_text=x`,
      'POST',
    )
    const { comment_list } = await cached.ask(`/comment/list/?${as(user)}&video_id=${video}`)
    expect(comment_list.some((one) => one.id === answer.comment.id)).toBe(true)
  },
]

test(`a user sees the result of each action at once, and once counts are settled cached answers equal fresh ones (seed ${seed})`, async () => {
  const random = seededRandom(seed)
  const randomBelow = (limit: number) => Math.floor(random() * limit)
  for (let round = 0; round < rounds; round++) {
    const users = Array.from({ length: people }, (_, i) => i + 1)
    await Promise.all(users.map((user) => actions[randomBelow(actions.length)]!(user, randomBelow)))
    // feed-srv's totals of authors follow within a second. A new video then drops all that is cached.
    await until(areCountsShown)
    const last = await publish(1)
    const paths = ['/feed/', `/video/?video_id=${last}`, `/comment/list/?video_id=${last}`].concat(
      users.flatMap((id) => [
        `/publish/list/?user_id=${id}`,
        `/favorite/list/?user_id=${id}`,
        `/profile/?user_id=${id}`,
      ]),
    )
    const requests = paths.flatMap((path) => [
      path,
      `${path}${path.includes('?') ? '&' : '?'}${as(1 + randomBelow(people))}`,
    ])
    await Promise.all(
      requests.map(async (path) => {
        // The second request is answered from the cache.
        const answers = [await cached.ask(path), await cached.ask(path)]
        const expected = await uncached.ask(path)
        expect(answers, `round ${round}, ${path}`).toEqual([expected, expected])
      }),
    )
  }
}, 120_000)
