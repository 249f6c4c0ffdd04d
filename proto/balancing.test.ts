import { afterEach, expect, spyOn, test } from 'bun:test'
import dns from 'node:dns'
import { until } from '../test/stack.ts'
import { connect } from './client.ts'
import { feedContract } from './contract.ts'
import { Failure } from './failure.ts'
import type { Feed } from './feed.gen.ts'
import { type RunningServer, serve } from './server.ts'

const log = { info: () => {}, error: () => {} }
const video = { userId: 1, playUrl: 'a', coverUrl: 'b', title: 'c' }
let servers: RunningServer[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop(0)))
  servers = []
})

/** A replica of feed-srv, with or without its database. */
async function replica(address = '127.0.0.1:0') {
  const state = { isHealthy: true, calls: 0 }
  const feed = {
    async createVideo() {
      state.calls++
      if (!state.isHealthy) throw new Failure('UNAVAILABLE')
      await Bun.sleep(2)
      return { videoId: [1], without_comment_list: true }
    },
  } as Partial<Feed> as Feed
  const server = await serve(feedContract, feed, { address, log, isReady: async () => state.isHealthy })
  servers.push(server)
  return { state, port: server.port }
}

test('a replica that reports itself unhealthy gets no calls until it is healthy again', async () => {
  const [one, other] = [await replica(), await replica()]
  const feed = connect(feedContract, `ipv4:127.0.0.1:${one.port},127.0.0.1:${other.port}`, { deadlineMs: 2000 })
  const callsOf = async (count: number) => {
    const before = [one.state.calls, other.state.calls]
    const outcomes = await Promise.allSettled(Array.from({ length: count }, () => feed.createVideo(video)))
    const failed = outcomes.filter(({ status }) => status === 'rejected').length
    return { failed, one: one.state.calls - before[0]!, other: other.state.calls - before[1]! }
  }
  await until(async () => (await callsOf(10)).one > 0)
  one.state.isHealthy = false
  // A call that creates something is never retried, so each call to this replica fails.
  await until(async () => (await callsOf(10)).failed === 0)
  expect(await callsOf(200)).toEqual({ failed: 0, one: 0, other: 200 })
  one.state.isHealthy = true
  await until(async () => (await callsOf(10)).one > 0)
  expect(await callsOf(200)).toMatchObject({ failed: 0 })
  feed.close()
})

test('if all replicas report themselves unhealthy, each still gets calls, and its failure arrives', async () => {
  const [one, other] = [await replica(), await replica()]
  one.state.isHealthy = false
  other.state.isHealthy = false
  const feed = connect(feedContract, `ipv4:127.0.0.1:${one.port},127.0.0.1:${other.port}`, { deadlineMs: 2000 })
  for (let i = 0; i < 10; i++) {
    await expect(feed.createVideo(video)).rejects.toMatchObject({ reason: 'UNAVAILABLE' })
    await Bun.sleep(1)
  }
  expect([one.state.calls > 0, other.state.calls > 0]).toEqual([true, true])
  feed.close()
})

test('a replica that is added to a name gets calls, a removed one gets none, and no call fails', async () => {
  const first = await replica()
  const second = await replica(`127.0.0.2:${first.port}`)
  let addresses = ['127.0.0.1']
  const lookup = spyOn(dns.promises, 'lookup')
  lookup.mockImplementation((async () => addresses.map((address) => ({ address, family: 4 }))) as never)
  const feed = connect(feedContract, `dns:feed.test:${first.port}`, { deadlineMs: 5000, resolveMs: 200 })
  const failures: unknown[] = []
  let done = false
  const load = Array.from({ length: 16 }, async () => {
    while (!done) await feed.createVideo(video).catch((error) => failures.push(error))
  })
  await until(async () => first.state.calls > 50)
  expect(second.state.calls).toBe(0)
  addresses = ['127.0.0.2', '127.0.0.1']
  await until(async () => second.state.calls > 50)
  addresses = ['127.0.0.2']
  await until(async () => {
    const before = [first.state.calls, second.state.calls]
    await until(async () => second.state.calls > before[1]! + 200)
    return first.state.calls === before[0]
  })
  done = true
  await Promise.all(load)
  expect(failures).toEqual([])
  feed.close()
  lookup.mockRestore()
}, 20_000)
