import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Api, api, ok, type Person } from '../api.ts'
import { findings } from '../crash-audit.ts'
import { startCrowd } from '../crash-crowd.ts'
import { dice } from '../dice.ts'
import { askAll, everyEndpoint, failed, makeWorld, type World } from '../endpoints.ts'
import { note } from '../goals.ts'
import { clip } from '../http/clips.ts'
import { type Line, openLine } from '../line.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { type Stack, startStack, until } from '../stack.ts'
import { inLong } from './long.ts'

const cutMs = inLong(30_000, 5000)
const healMs = 5000
const clients = 8

/** One line for each arrow between the services, so that one can be cut and the others not. */
const arrows = ['web-user', 'web-feed', 'user-feed'] as const
let lines: Record<(typeof arrows)[number], Line>
let server: OwnServer
let stack: Stack
let http: Api
let world: World
beforeAll(async () => {
  const [webUser, webFeed, userFeed] = await Promise.all(arrows.map(() => openLine('later:0')))
  lines = { 'web-user': webUser!, 'web-feed': webFeed!, 'user-feed': userFeed! }
  server = await ownServer()
  stack = await startStack({
    databases: server.databases,
    env: { LOG_LEVEL: 'silent', FFMPEG_PATH: 'none', USER_GRPC_ADDRESS: webUser!.address },
    command: (name) => {
      const feedLine = name === 'user-srv' ? userFeed! : webFeed!
      return ['env', `FEED_GRPC_ADDRESS=${feedLine.address}`, process.execPath, `${name}/src/main.ts`]
    },
    onPorts({ user, feed }) {
      webUser!.leadTo(user)
      for (const line of [webFeed!, userFeed!]) line.leadTo(feed)
    },
  })
  http = api(stack.base)
  world = await makeWorld(http, await clip('tiny.mp4'))
}, 60_000)
afterAll(async () => {
  await stack?.stop()
  await server?.stop()
  await Promise.all(Object.values(lines ?? {}).map((line) => line.close()))
})

const worksAgain = async () => failed(await askAll(everyEndpoint(http, world))).length === 0

test.each(arrows)(
  'the line %s cut under load: it heals within 5 s, what was acknowledged is there, and every count is right',
  async (arrow) => {
    const film = new Uint8Array(await world.clip.arrayBuffer())
    const crowd = await startCrowd({ http, film, roll: dice(18), clients, mark: `${arrow} ` })
    const { ledger } = crowd
    const done = () => Object.values(ledger.counts()).reduce((sum, count) => sum + count, 0)
    await until(async () => done() > 20 * clients, 20_000)
    const before = lines[arrow].swallowed()
    lines[arrow].swallow()
    await Bun.sleep(cutMs)
    const swallowed = lines[arrow].swallowed() - before
    expect(swallowed).toBeGreaterThan(0)
    lines[arrow].up()
    const healed = performance.now()
    await until(worksAgain, 2 * healMs)
    const took = performance.now() - healed
    await crowd.stop()
    const wrong = async () => (await findings(stack, ledger)).filter((one) => one.wrong.length > 0)
    await until(async () => (await wrong()).length === 0, healMs).catch(() => {})
    expect(await wrong()).toEqual([])
    note(
      `R-18 ${arrow} cut for ${cutMs / 1000} s`,
      `0 wrong, heals <= ${healMs} ms`,
      `0 wrong of ${done()} acknowledged, ${ledger.refused} refused; ${took.toFixed(0)} ms; ${swallowed} bytes swallowed`,
    )
    expect(took).toBeLessThanOrEqual(healMs)
  },
  120_000,
)

test('user-srv cut off from feed-srv: likes of what was liked before are taken and counted, others are refused until it is back', async () => {
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
  const before = lines['user-feed'].swallowed()
  lines['user-feed'].swallow()
  ok(await like(fan, 'liked before'))
  expect(await shown(fan, 'liked before')).toMatchObject({ is_favorite: true, favorite_count: 2 })
  expect((await like(fan, 'liked in the dark')).status_code).toBe(1)
  expect(lines['user-feed'].swallowed()).toBeGreaterThan(before)
  lines['user-feed'].up()
  await until(async () => (await like(fan, 'liked in the dark')).status_code === 0, healMs)
  expect(await shown(fan, 'liked in the dark')).toMatchObject({ is_favorite: true, favorite_count: 1 })
}, 60_000)
