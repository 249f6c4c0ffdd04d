import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Api, api, ok, type Person } from '../api.ts'
import { findings } from '../crash-audit.ts'
import { everyEndpoint, failed, makeWorld, requestAll, type World } from '../endpoints.ts'
import { recordFigure } from '../goal-table.ts'
import { clip } from '../http/clips.ts'
import { startMixedLoad } from '../mixed-load.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { seededRandom } from '../seeded-random.ts'
import { type Stack, startStack, until } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { longOrShort } from './run-length.ts'

const cutMs = longOrShort(30_000, 5000)
const healMs = 5000
const clients = 8

/** The connections between the services. Each has its own proxy, so that one can be cut without the others. */
const arrows = ['web-user', 'web-feed', 'user-feed'] as const
let proxies: Record<(typeof arrows)[number], TcpProxy>
let server: OwnServer
let stack: Stack
let http: Api
let world: World
beforeAll(async () => {
  const [webUser, webFeed, userFeed] = await Promise.all(arrows.map(() => openTcpProxy('later:0')))
  proxies = { 'web-user': webUser!, 'web-feed': webFeed!, 'user-feed': userFeed! }
  server = await ownServer()
  stack = await startStack({
    databases: server.databases,
    env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none', USER_GRPC_ADDRESS: webUser!.address },
    command: (name) => {
      const feedLine = name === 'user-srv' ? userFeed! : webFeed!
      return ['env', `FEED_GRPC_ADDRESS=${feedLine.address}`, process.execPath, `${name}/src/main.ts`]
    },
    onPorts({ user, feed }) {
      webUser!.forwardTo(user)
      for (const proxy of [webFeed!, userFeed!]) proxy.forwardTo(feed)
    },
  })
  http = api(stack.base)
  world = await makeWorld(http, await clip('tiny.mp4'))
}, 60_000)
afterAll(async () => {
  await stack?.stop()
  await server?.stop()
  await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()))
})

const worksAgain = async () => failed(await requestAll(everyEndpoint(http, world))).length === 0

test.each(arrows)(
  'if the connection %s is cut under load, it recovers within 5 s, every acknowledged write is there and every count is right',
  async (arrow) => {
    const film = new Uint8Array(await world.clip.arrayBuffer())
    const load = await startMixedLoad({ http, film, random: seededRandom(18), clients, mark: `${arrow} ` })
    const { ledger } = load
    const done = () => Object.values(ledger.counts()).reduce((sum, count) => sum + count, 0)
    await until(async () => done() > 20 * clients, 20_000)
    const before = proxies[arrow].droppedBytes()
    proxies[arrow].dropData()
    await Bun.sleep(cutMs)
    const droppedBytes = proxies[arrow].droppedBytes() - before
    expect(droppedBytes).toBeGreaterThan(0)
    proxies[arrow].up()
    const healed = performance.now()
    await until(worksAgain, 2 * healMs)
    const took = performance.now() - healed
    await load.stop()
    const wrong = async () => (await findings(stack, ledger)).filter((one) => one.wrong.length > 0)
    await until(async () => (await wrong()).length === 0, healMs).catch(() => {})
    expect(await wrong()).toEqual([])
    recordFigure(
      `R-18 ${arrow} cut for ${cutMs / 1000} s`,
      `0 wrong, heals <= ${healMs} ms`,
      `0 wrong of ${done()} acknowledged, ${ledger.refused} refused; ${took.toFixed(0)} ms; ${droppedBytes} bytes dropped`,
    )
    expect(took).toBeLessThanOrEqual(healMs)
  },
  120_000,
)

test('while user-srv cannot reach feed-srv, a video with earlier likes can be liked, and another one only when feed-srv is back', async () => {
  const [fan, author] = [await http.register('a fan'), world.anna]
  for (const title of ['liked before', 'liked in the dark']) ok(await http.publish(author, title, world.clip))
  const shown = async (viewer: Person, title: string) => {
    const { video_list } = ok(await http.get('/douyin/publish/list/', { token: viewer.token, user_id: author.id }))
    return video_list.find((video) => video.title === title)!
  }
  const like = async ({ token }: Person, title: string) => {
    const { id: video_id } = await shown(author, title)
    return http.post('/douyin/favorite/action/', { token, video_id, action_type: 1 })
  }
  ok(await like(author, 'liked before'))
  const before = proxies['user-feed'].droppedBytes()
  proxies['user-feed'].dropData()
  ok(await like(fan, 'liked before'))
  expect(await shown(fan, 'liked before')).toMatchObject({ is_favorite: true, favorite_count: 2 })
  expect((await like(fan, 'liked in the dark')).status_code).toBe(1)
  expect(proxies['user-feed'].droppedBytes()).toBeGreaterThan(before)
  proxies['user-feed'].up()
  await until(async () => (await like(fan, 'liked in the dark')).status_code === 0, healMs)
  expect(await shown(fan, 'liked in the dark')).toMatchObject({ is_favorite: true, favorite_count: 1 })
}, 60_000)
