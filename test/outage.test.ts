import { afterAll, beforeAll, expect, test } from 'bun:test'
import { clip, makeFolder, removeFolder } from '../web-srv/src/media/clips.fixture.ts'
import { reachServices } from '../web-srv/src/services.ts'
import { type Api, api, ok, password } from './api.ts'
import { everyEndpoint, failed, makeWorld, requestAll, unclear, type World } from './endpoints.ts'
import { type ServiceName, type Stack, startStack, until } from './stack.ts'

const answerLimitMs = 5000
let stack: Stack
let folder: string
let http: Api
let world: World

beforeAll(async () => {
  folder = await makeFolder()
  stack = await startStack({ env: { LOG_LEVEL: 'silent' } })
  http = api(stack.base)
  world = await makeWorld(http, Bun.file(await clip(folder, 'front.mp4')))
  // feed-srv's copies of the counts stand in for user-srv.
  await until(async () => (await stack.userDatabase.query('select * from like_count_outbox')).length === 0)
}, 60_000)

afterAll(async () => {
  await stack?.stop()
  if (folder) await removeFolder(folder)
})

async function kill(name: ServiceName) {
  const victim = stack.processes[name]
  victim.kill('SIGKILL')
  await victim.exited
  expect(victim.signalCode).toBe('SIGKILL')
}

/** Starts it again. The other services must reconnect without a restart. */
async function restart(name: ServiceName) {
  const others = Object.values(stack.processes).filter((one) => one !== stack.processes[name])
  await stack.start(name)
  expect(others.map((one) => one.exitCode)).toEqual([null, null])
  await until(async () => failed(await requestAll(everyEndpoint(http, world))).length === 0)
}

test('every endpoint succeeds when all services are up', async () => {
  expect(failed(await requestAll(everyEndpoint(http, world)))).toEqual([])
})

test('without user-srv a guest still gets the feed, with the facts about authors that feed-srv has', async () => {
  await kill('user-srv')
  const { video_list } = ok(await http.get('/douyin/feed/'))
  const video = video_list.find(({ id }) => id === world.videoId)!
  expect(video).toMatchObject({ title: 'a clip', favorite_count: 1 })
  expect(video.author).toMatchObject({ id: world.bob.id, name: '', work_count: 1, total_favorited: 1 })
})

test('without user-srv every other endpoint answers with a clear failure within 5 s', async () => {
  const { 'feed of a guest': _, ...others } = everyEndpoint(http, world)
  expect(unclear(await requestAll(others), answerLimitMs)).toEqual([])
}, 30_000)

test(
  'when user-srv is back, every endpoint succeeds without a restart of the others',
  () => restart('user-srv'),
  60_000,
)

test('without feed-srv people can sign in, follow, and like a video that has likes already', async () => {
  await kill('feed-srv')
  const { login, register, 'relation/action': follow, ...others } = everyEndpoint(http, world)
  expect(failed(await requestAll({ login: login!, register: register!, follow: follow! }))).toEqual([])
  const { 'favorite/action': _, ...rest } = others
  expect(unclear(await requestAll(rest), answerLimitMs)).toEqual([])
  ok(await http.post('/douyin/favorite/action/', { ...about(), action_type: 1 }))
}, 30_000)

test('when feed-srv is back, the likes of the outage are counted within 5 s', async () => {
  await stack.start('feed-srv')
  const counted = async () => {
    const { video_list } = await http.get('/douyin/feed/')
    return video_list.find(({ id }) => id === world.videoId)?.favorite_count === 2
  }
  await until(counted, 5000)
  await until(async () => failed(await requestAll(everyEndpoint(http, world))).length === 0)
}, 60_000)

test('on SIGTERM web-srv finishes the requests in flight and exits with 0', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `late ${i}`)
  const requests = [
    ...names.map((username) => http.post('/douyin/user/register/', { username, password })),
    http.publish(world.anna, 'a last clip', world.clip),
    ...names.map(() => http.get('/douyin/feed/', { token: world.anna.token })),
  ]
  await Promise.race(requests)
  stack.processes['web-srv'].kill('SIGTERM')
  const answers = await Promise.all(requests)
  expect(answers.map((answer) => answer.status_code)).toEqual(requests.map(() => 0))
  expect(await stack.processes['web-srv'].exited).toBe(0)
}, 30_000)

test('on SIGTERM user-srv and feed-srv finish the calls in flight and exit with 0', async () => {
  const { user, feed } = reachServices(stack.userAddress, stack.feedAddress)
  const names = Array.from({ length: 12 }, (_, i) => `later ${i}`)
  const users = names.map((username) => user.createUser({ username, password }))
  await Promise.race(users)
  stack.processes['user-srv'].kill('SIGTERM')
  expect((await Promise.all(users)).length).toBe(12)
  expect(await stack.processes['user-srv'].exited).toBe(0)

  const videos = Array.from({ length: 200 }, (_, i) =>
    feed.createVideo({ userId: world.bob.id, playUrl: 'key.mp4', coverUrl: 'key.jpg', title: `clip ${i}` }),
  )
  await Promise.race(videos)
  stack.processes['feed-srv'].kill('SIGTERM')
  expect((await Promise.all(videos)).length).toBe(200)
  expect(await stack.processes['feed-srv'].exited).toBe(0)
  user.close()
  feed.close()
}, 30_000)

/** Parameters with which Bob likes his own video. */
const about = () => ({ token: world.bob.token, video_id: world.videoId })
