import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sessions } from '../web-srv/src/auth/session.ts'
import { reachServices } from '../web-srv/src/services.ts'
import type { Answer } from './api.ts'
import { type Stack, startStack, tokenSecret } from './stack.ts'

const clients = 256
const videos = 30
const warmUpMs = 2000
const measuredMs = 10_000
const limitMs = 1000
/**
 * The longest wait may be this many times the median. A request that starves waits until the load ends, about twenty
 * times the median; a busy machine slows all requests, and so the median.
 */
const maxMedians = 5

let stack: Stack
/** One for each client. */
let tokens: string[]

beforeAll(async () => {
  stack = await startStack()
  const users = Array.from({ length: clients }, (_, i) => [i + 1, `user ${i + 1}`, 'no hash', 0])
  await stack.userDatabase.query('insert into user (id, name, password_hash, create_time) values ?', [users])
  const session = sessions(tokenSecret)
  tokens = await Promise.all(users.map(([id]) => session.issue(Number(id))))
  const { user, feed } = reachServices(stack.userAddress, stack.feedAddress)
  for (let i = 1; i <= videos; i++) {
    await feed.createVideo({ userId: i, playUrl: 'key.mp4', coverUrl: 'key.jpg', title: `video ${i}` })
  }
  user.close()
  feed.close()
}, 60_000)

afterAll(() => stack?.stop())

test('256 concurrent clients read feed pages of 30 videos without an error, and no client starves', async () => {
  const startMs = performance.now() + warmUpMs
  const endMs = startMs + measuredMs
  const waited: number[] = []
  const errors: string[] = []

  async function oneClient(token: string): Promise<void> {
    while (performance.now() < endMs) {
      const sentMs = performance.now()
      const wrong = await read(`${stack.base}/douyin/feed/?token=${token}`).catch(String)
      const now = performance.now()
      if (wrong !== undefined) errors.push(wrong)
      if (now >= startMs) waited.push(now - sentMs)
    }
  }

  await Promise.all(tokens.map(oneClient))
  waited.sort((a, b) => a - b)
  const at = (share: number) => Math.round(waited[Math.ceil(share * waited.length) - 1] ?? Number.NaN)
  const figures = `${waited.length} answers, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
  console.log(`256 feed readers: ${figures}`)
  expect(errors).toEqual([])
  expect(at(1), figures).toBeLessThanOrEqual(Math.max(limitMs, maxMedians * at(0.5)))
}, 60_000)

/** Returns what is wrong with the answer, if anything. */
async function read(url: string): Promise<string | undefined> {
  const response = await fetch(url)
  const answer = (await response.json()) as Answer
  const isRight = response.status === 200 && answer.status_code === 0 && answer.video_list.length === videos
  return isRight ? undefined : `${response.status} ${answer.status_code} ${answer.status_msg}`
}
