import { afterEach, expect, test } from 'bun:test'
import { connect } from './client.ts'
import { feedContract } from './contract.ts'
import { Failure } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { type RunningServer, serve } from './server.ts'

const log = { info: () => {}, error: () => {} }
const request = { videoId: [1], without_comment_list: true }
const page = { videoInfos: [], next_time: 0, authors: [] }
const video = { userId: 1, playUrl: 'a', coverUrl: 'b', title: 'c' }
const repeatable = /^Get/
let servers: RunningServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(0)))
  servers = []
})

/** A replica that fails with UNAVAILABLE while `isUnavailable` returns true. It counts its calls. */
async function replica(isUnavailable: () => boolean) {
  const counts = { reads: 0, writes: 0 }
  const answer = async <Value>(kind: keyof typeof counts, value: Value) => {
    counts[kind]++
    if (isUnavailable()) throw new Failure('UNAVAILABLE')
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

test('calls are spread over the replicas, and a read that fails on one is retried on another', async () => {
  const [healthy, failing, other] = [await replica(() => false), await replica(() => true), await replica(() => false)]
  const client = reach(healthy.port, failing.port, other.port)
  for (let i = 0; i < 15; i++) await client.getVideoList(request)
  expect(healthy.counts.reads).toBeGreaterThan(3)
  expect(other.counts.reads).toBeGreaterThan(3)
  expect(failing.counts.reads).toBeGreaterThan(0)
  client.close()
})

test('a call that creates something is never retried', async () => {
  const away = await replica(() => true)
  const client = reach(away.port)
  for (let i = 0; i < 20; i++) await client.createVideo(video).catch(() => {})
  expect(away.counts.writes).toBe(20)
  client.close()
})

test('in a full outage the retries stay under a tenth of the calls, after the first few', async () => {
  const away = await replica(() => true)
  const client = reach(away.port)
  const calls = 400
  for (let i = 0; i < calls; i++) await client.getVideoList(request).catch(() => {})
  expect(away.counts.reads).toBeGreaterThan(calls)
  expect(away.counts.reads).toBeLessThanOrEqual(calls * 1.1)
  client.close()
})
