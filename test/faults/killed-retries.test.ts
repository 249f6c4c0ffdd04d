import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Answer, api, ok, type Person } from '../api.ts'
import { recordFigure } from '../goal-table.ts'
import { clip } from '../http/clips.ts'
import { type OwnServer, ownServer } from '../own-server.ts'
import { until } from '../stack.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { type Fleet, killMember, startFleet } from './fleet.ts'
import { longOrShort } from './run-length.ts'

/** Rounds of retries, with one kill each. */
const rounds = longOrShort(200, 18)
const pairs = longOrShort(200, 20)
const retryLimitMs = 60_000
const testLimitMs = longOrShort(3_600_000, 300_000)
const victims = ['web-srv', 'services', 'database'] as const

interface Thing {
  send(base: string): Promise<Answer>
  rows(): Promise<number>
}

let server: OwnServer
let fleet: Fleet
let proxies: TcpProxy[]
let anna: Person
let bob: Person
let videoId: number
let film: Uint8Array<ArrayBuffer>
/** The time of the slowest of the three on this machine. */
let tookMs: number
beforeAll(async () => {
  server = await ownServer()
  fleet = await startFleet({ replicas: { 'user-srv': 1, 'feed-srv': 1, 'web-srv': 2 }, databases: server.databases })
  proxies = await Promise.all([1, 2, 3].map(() => openTcpProxy(fleet.bases[0]!)))
  const http = api(fleet.bases[0]!)
  ;[anna, bob] = [await http.register('anna'), await http.register('bob')]
  film = new Uint8Array(await (await clip('tiny.mp4')).arrayBuffer())
  ok(await http.publish(bob, 'a clip', new Blob([film])))
  videoId = ok(await http.get('/douyin/feed/')).video_list[0]!.id
  const startMs = performance.now()
  for (const answer of await Promise.all(things('warm').map(({ send }) => send(fleet.bases[0]!)))) ok(answer)
  tookMs = performance.now() - startMs
}, 90_000)
afterAll(async () => {
  await Promise.all(proxies?.map((proxy) => proxy.close()) ?? [])
  await fleet?.stop()
  await server?.stop()
})

const count = async (database: 'userDatabase' | 'feedDatabase', sql: string, value: string) =>
  Number((await fleet[database].query(sql, [value]))[0]?.n)

/** A comment, a message and a video with this text. The text is also their send_id or upload_id. */
function things(name: string): Thing[] {
  const comment = { token: anna.token, video_id: videoId, action_type: 1, comment_text: name, send_id: name }
  const message = { token: anna.token, to_user_id: bob.id, action_type: 1, content: name, send_id: name }
  return [
    {
      send: (base) => api(base).post('/douyin/comment/action/', comment),
      rows: () => count('feedDatabase', 'select count(*) as n from comment where text = ?', name),
    },
    {
      send: (base) => api(base).post('/douyin/message/action/', message),
      rows: () => count('userDatabase', 'select count(*) as n from message where content = ?', name),
    },
    {
      send: (base) => publish(base, name),
      rows: () => count('feedDatabase', 'select count(*) as n from video where title = ?', name),
    },
  ]
}

async function publish(base: string, name: string): Promise<Answer> {
  const form = new FormData()
  form.set('data', new Blob([film]), 'clip')
  for (const [field, value] of Object.entries({ token: anna.token, title: name, upload_id: name }))
    form.set(field, value)
  const signal = AbortSignal.timeout(10_000)
  const answer = await fetch(`${base}/douyin/publish/action/`, { method: 'POST', body: form, signal })
  return { ...((await answer.json()) as Omit<Answer, 'http'>), http: answer.status }
}

/** Kills the processes of this kind, verifies that, and starts them again. */
async function kill(victim: (typeof victims)[number]): Promise<void> {
  if (victim === 'database') {
    const process = server.process()
    process.kill('SIGKILL')
    await process.exited
    expect(process.signalCode).toBe('SIGKILL')
    expect(await server.restart()).toMatch(/crash recovery/i)
    return
  }
  const members =
    victim === 'web-srv'
      ? [fleet.membersOf('web-srv')[0]!]
      : [...fleet.membersOf('user-srv'), ...fleet.membersOf('feed-srv')]
  await Promise.all(members.map(killMember))
  for (const member of members) member.start()
}

const succeeded = (answer: Answer | undefined) => answer?.http === 200 && answer.status_code === 0
const orNothing = (answer: Promise<Answer>) => answer.catch(() => undefined)

/** Resends through both web-srv concurrently until both succeed; returns their answers. */
async function resend({ send }: Thing): Promise<Answer[]> {
  let answers: (Answer | undefined)[] = []
  await until(async () => {
    answers = await Promise.all(fleet.bases.map((base) => orNothing(send(base))))
    return answers.every(succeeded)
  }, retryLimitMs)
  return answers.filter((answer) => answer !== undefined)
}

/** Kills the victim after the rows are committed and the answers are lost. */
async function killAfterCommit(tries: Thing[], victim: (typeof victims)[number]): Promise<undefined[]> {
  for (const proxy of proxies) proxy.loseReplies()
  const first = Promise.all(tries.map(({ send }, i) => orNothing(send(proxies[i]!.base))))
  await Promise.all(tries.map(({ rows }) => until(async () => (await rows()) === 1, retryLimitMs)))
  await kill(victim)
  const answers = await first
  expect(answers).toEqual([undefined, undefined, undefined])
  for (const proxy of proxies) proxy.up()
  return tries.map(() => undefined)
}

/** Kills the victim at a random moment of the work. */
async function killAround(tries: Thing[], victim: (typeof victims)[number]): Promise<(Answer | undefined)[]> {
  const first = tries.map(({ send }) => orNothing(send(fleet.bases[0]!)))
  await Bun.sleep(Math.random() * tookMs)
  await kill(victim)
  return Promise.all(first)
}

test(
  'a request that is resent after a kill of web-srv, the services or the database is stored once and gets the same answer',
  async () => {
    const wrong: string[] = []
    let unanswered = 0
    for (let i = 0; i < rounds; i++) {
      const victim = victims[i % victims.length]!
      const tries = things(`round-${i}`)
      const first = await (i % 2 === 0 ? killAfterCommit(tries, victim) : killAround(tries, victim))
      unanswered += first.filter((answer) => !succeeded(answer)).length
      const later = await Promise.all(tries.map(resend))
      const ids = [...later[0]!, ...first.slice(0, 1).filter(succeeded)].map((answer) => answer?.comment.id)
      if (new Set(ids).size !== 1) wrong.push(`round ${i}, ${victim}: comment ids ${ids}`)
      const rowCounts = await Promise.all(tries.map(({ rows }) => rows()))
      if (rowCounts.some((number) => number !== 1)) wrong.push(`round ${i}, ${victim}: ${rowCounts} rows`)
    }
    recordFigure(
      'R-6 retries across kills',
      '0 done twice',
      `${wrong.length} of ${rounds}, ${unanswered} first tries unanswered`,
    )
    expect(wrong).toEqual([])
    expect(unanswered).toBeGreaterThanOrEqual((rounds / 2) * 3)
    const [video] = await fleet.feedDatabase.query('select comment_count as n from video where id = ?', [videoId])
    expect(Number(video?.n)).toBe(rounds + 1)
  },
  testLimitMs,
)

test(
  'a request that is sent through two web-srv concurrently is stored once, and both answers are the same',
  async () => {
    for (let i = 0; i < pairs; i++) {
      const tries = things(`pair-${i}`)
      const answers = await Promise.all(tries.map(({ send }) => Promise.all(fleet.bases.map(send))))
      for (const answer of answers.flat()) ok(answer)
      expect(answers[0]![0]!.comment.id).toBe(answers[0]![1]!.comment.id)
      expect(await Promise.all(tries.map(({ rows }) => rows()))).toEqual([1, 1, 1])
    }
  },
  testLimitMs,
)
