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
/** What starves waits until the load ends, twenty times as long as the others; a busy machine makes all of them wait. */
const mostOften = 5

let stack: Stack
/** Of as many viewers as there are clients. */
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

test('256 people at once read feed pages of 30 videos: no error, and nobody starves', async () => {
  const begin = performance.now() + warmUpMs
  const end = begin + measuredMs
  const waited: number[] = []
  const errors: string[] = []

  async function oneClient(token: string): Promise<void> {
    while (performance.now() < end) {
      const asked = performance.now()
      const wrong = await read(`${stack.base}/douyin/feed/?token=${token}`).catch(String)
      const now = performance.now()
      if (wrong !== undefined) errors.push(wrong)
      if (now >= begin) waited.push(now - asked)
    }
  }

  await Promise.all(tokens.map(oneClient))
  waited.sort((a, b) => a - b)
  const at = (share: number) => Math.round(waited[Math.ceil(share * waited.length) - 1] ?? Number.NaN)
  const figures = `${waited.length} answers, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
  console.log(`256 feed readers: ${figures}`)
  expect(errors).toEqual([])
  expect(at(1), figures).toBeLessThanOrEqual(Math.max(limitMs, mostOften * at(0.5)))
}, 60_000)

/** What is wrong with the answer. */
async function read(url: string): Promise<string | undefined> {
  const response = await fetch(url)
  const answer = (await response.json()) as Answer
  const isRight = response.status === 200 && answer.status_code === 0 && answer.video_list.length === videos
  return isRight ? undefined : `${response.status} ${answer.status_code} ${answer.status_msg}`
}
