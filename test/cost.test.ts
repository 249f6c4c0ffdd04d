import { afterAll, beforeAll, expect, test } from 'bun:test'
import { app } from '../web-srv/src/app.ts'
import { rateLimit } from '../web-srv/src/auth/rate-limit.ts'
import { sessions } from '../web-srv/src/auth/session.ts'
import { inbox } from '../web-srv/src/chat/inbox.ts'
import { mediaLimits } from '../web-srv/src/media/media-limits.ts'
import { localDisk } from '../web-srv/src/media/store/storage.ts'
import { videoParser } from '../web-srv/src/media/video/parser.ts'
import { reachServices } from '../web-srv/src/services.ts'
import type { Answer } from './api.ts'
import { type Stack, startStack, tokenSecret } from './stack.ts'
import { type Recorder, recordStatements } from './statements.ts'

const viewer = 1
const session = sessions(tokenSecret)
let stack: Stack
let recorder: Recorder
let services: ReturnType<typeof reachServices>
const calls: string[] = []

beforeAll(async () => {
  stack = await startStack()
  services = reachServices(stack.userAddress, stack.feedAddress)
  recorder = await recordStatements([stack.userDatabase, stack.feedDatabase])
  const users = Array.from({ length: 31 }, (_, i) => [`user ${i}`, 'no hash', 0])
  await stack.userDatabase.query('insert into user (name, password_hash, create_time) values ?', [users])
}, 60_000)

afterAll(async () => {
  await recorder?.stop()
  services?.user.close()
  services?.feed.close()
  await stack?.stop()
})

test('a feed page of one video takes at most 2 calls and 3 statements for a guest, 3 and 5 for a signed-in viewer', async () => {
  await publish(1)
  await expectCosts(1)
})

test('a feed page of 30 videos by 30 authors takes no more calls and statements than that', async () => {
  await publish(29)
  await expectCosts(30)
})

async function expectCosts(videos: number) {
  const token = await session.issue(viewer)
  const guest = await costOf('/douyin/feed/', videos)
  expect(guest.calls.length, `calls: ${guest.calls}`).toBeWithin(1, 3)
  expect(guest.statements.length, guest.statements.join('\n')).toBeWithin(1, 4)
  const signedIn = await costOf(`/douyin/feed/?token=${token}`, videos)
  expect(signedIn.calls.length, `calls: ${signedIn.calls}`).toBeWithin(1, 4)
  expect(signedIn.statements.length, signedIn.statements.join('\n')).toBeWithin(1, 6)
}

/** The calls and statements of one page. A first request opens the connections and is not counted. */
async function costOf(path: string, videos: number) {
  const api = await countingApp()
  const request = async () => {
    const answer = (await (await api.handle(new Request(`http://localhost${path}`))).json()) as Answer
    expect(answer.video_list.length).toBe(videos)
    expect(answer.video_list.every(({ author }) => author.name.startsWith('user '))).toBe(true)
  }
  await request()
  calls.length = 0
  const statements = await recorder.during(request)
  return { calls: [...calls], statements }
}

async function countingApp() {
  const { user, feed } = services
  return app(
    { user: counting(user), feed: counting(feed) },
    {
      session,
      media: {
        storage: await localDisk(stack.mediaDir),
        limits: mediaLimits(),
        parser: videoParser(),
        remux: async () => undefined,
        drawCover: async () => undefined,
      },
      inbox: inbox(user),
      rateLimit: rateLimit(false),
      baseUrl: () => 'http://localhost',
      timeZone: 'UTC',
      isReady: async () => true,
      log: { info() {}, error() {} },
    },
  )
}

/** The same service, which records each call in `calls`. */
function counting<Service extends object>(service: Service): Service {
  return new Proxy(service, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        calls.push(String(name))
        return method.apply(target, args)
      }
    },
  })
}

async function publish(count: number) {
  for (let i = 0; i < count; i++) {
    const userId = count === 1 ? 31 : i + 1
    await services.feed.createVideo({ userId, playUrl: 'key.mp4', coverUrl: 'key.jpg', title: `video ${i}` })
  }
}
