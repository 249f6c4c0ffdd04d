import { afterEach, expect, test } from 'bun:test'
import { connect } from './client.ts'
import { feedContract } from './contract.ts'
import { unavailable } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { type RunningServer, serve } from './server.ts'

const log = { info: () => {}, error: () => {} }
const asked = { videoId: [1], without_comment_list: true }
const page = { videoInfos: [], next_time: 0, authors: [] }
const video = { userId: 1, playUrl: 'a', coverUrl: 'b', title: 'c' }
const repeatable = /^Get/
let servers: RunningServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(0)))
  servers = []
})

/** A replica that answers as long as it may, and else says that it is away; counts what it is asked. */
async function replica(isAway: () => boolean) {
  const counts = { reads: 0, writes: 0 }
  const answer = async <Value>(kind: keyof typeof counts, value: Value) => {
    counts[kind]++
    if (isAway()) throw unavailable('away')
    return value
  }
  const feed = {
    getVideoList: () => answer('reads', page),
    createVideo: () => answer('writes', { videoId: [1], without_comment_list: true }),
  } as Partial<Feed> as Feed
  const server = await serve(feedContract, feed, { address: '127.0.0.1:0', log, isReady: async () => true })
  servers.push(server)
  return { counts, port: server.port }
}

const reach = (...ports: number[]) =>
  connect(feedContract, `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, { deadlineMs: 2000, repeatable })

test('calls go round among the replicas, and a read that finds one away is answered by another', async () => {
  const [good, away, other] = [await replica(() => false), await replica(() => true), await replica(() => false)]
  const client = reach(good.port, away.port, other.port)
  for (let i = 0; i < 15; i++) await client.getVideoList(asked)
  expect(good.counts.reads).toBeGreaterThan(3)
  expect(other.counts.reads).toBeGreaterThan(3)
  expect(away.counts.reads).toBeGreaterThan(0)
  client.close()
})

test('what makes something new is asked for once, whatever became of it', async () => {
  const away = await replica(() => true)
  const client = reach(away.port)
  for (let i = 0; i < 20; i++) await client.createVideo(video).catch(() => {})
  expect(away.counts.writes).toBe(20)
  client.close()
})

test('in a full outage the repeats stay under a tenth of the calls, but for the first few', async () => {
  const away = await replica(() => true)
  const client = reach(away.port)
  const calls = 400
  for (let i = 0; i < calls; i++) await client.getVideoList(asked).catch(() => {})
  expect(away.counts.reads).toBeGreaterThan(calls)
  expect(away.counts.reads).toBeLessThanOrEqual(calls * 1.1)
  client.close()
})
