import { afterAll, beforeAll, expect, test } from 'bun:test'
import { api, ok, type Person } from '../api.ts'
import { recordFigure } from '../goal-table.ts'
import { clip } from '../http/clips.ts'
import { until } from '../stack.ts'
import { type Fleet, killMember, startFleet } from './fleet.ts'
import { load } from './load.ts'
import { longOrShort } from './run-length.ts'

const clients = 8
let fleet: Fleet
let anna: Person
let videoId: number
beforeAll(async () => {
  fleet = await startFleet({ replicas: { 'user-srv': 3, 'feed-srv': 3, 'web-srv': 2 } })
  const http = api(fleet.bases[0]!)
  anna = await http.register('anna')
  ok(await http.publish(anna, 'a clip', await clip('tiny.mp4')))
  videoId = ok(await http.get('/douyin/feed/')).video_list[0]!.id
}, 60_000)
afterAll(() => fleet?.stop())

// Each latest_time is unique, so that no answer comes from a cache and each request calls both services.
const read = (http: ReturnType<typeof api>, i: number) =>
  http.get('/douyin/feed/', { token: anna.token, latest_time: 4e12 + i })
const like = (http: ReturnType<typeof api>, i: number) =>
  http.post('/douyin/favorite/action/', { token: anna.token, video_id: videoId, action_type: 1 + (i % 2) })
const mixed = (http: ReturnType<typeof api>, i: number) => (i % 3 === 0 ? like(http, i) : read(http, i))

test('no read fails when one of three replicas is killed, repeatedly', async () => {
  const reads = load(fleet.bases, clients, read)
  const victims = longOrShort(
    ['feed-srv', 'user-srv', 'feed-srv', 'user-srv', 'feed-srv'] as const,
    ['feed-srv', 'user-srv'] as const,
  )
  for (const [i, kind] of victims.entries()) {
    const victim = fleet.membersOf(kind)[i % 3]!
    const before = reads.sent
    await killMember(victim)
    await until(async () => reads.sent > before + 200, 20_000)
    await victim.rejoin()
  }
  const { sent, failed, longestMs } = await reads.stop()
  recordFigure(
    'R-8 replicas killed',
    '0 failed reads',
    `${failed.length} of ${sent}, ${victims.length} kills, longest ${longestMs.toFixed(0)} ms`,
  )
  expect(failed).toEqual([])
}, 120_000)

test('no request fails in a rolling restart of every process under load', async () => {
  const requests = load(fleet.bases, clients, mixed)
  const codes: (number | null)[] = []
  for (const one of fleet.members) {
    const before = requests.sent
    one.process.kill('SIGTERM')
    await one.process.exited
    codes.push(one.process.exitCode)
    await until(async () => requests.sent > before + 50, 20_000)
    await one.rejoin()
  }
  const { sent, failed, longestMs } = await requests.stop()
  recordFigure(
    'rolling restart',
    '0 failed requests',
    `${failed.length} of ${sent}, ${codes.length} restarts, longest ${longestMs.toFixed(0)} ms`,
  )
  expect(codes).toEqual(fleet.members.map(() => 0))
  expect(failed).toEqual([])
}, 120_000)
