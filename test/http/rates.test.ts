import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../stack.ts'
import { success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'

/** Low enough that a test can exceed it. */
const few = { points: 5, seconds: 100 }
const rules = {
  read: few,
  page: few,
  delete: few,
  history: few,
  message_read: few,
  socket: few,
  register: { points: 20, seconds: 100 },
  login: few,
}
let api: Api
let anna: Person
let bob: Person
let video: Video
beforeAll(async () => {
  const env = {
    ...paintedCovers.env,
    RATE_LIMIT: 'on',
    RATE_LIMITS: JSON.stringify(rules),
    TRUSTED_PROXIES: '127.0.0.1',
  }
  api = await startTestApi({ env })
  ;[anna, bob] = (await api.people(2)) as [Person, Person]
  video = await api.video(anna)
}, startLimitMs)
afterAll(() => api?.close())

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
let address = 0
/** An address that no other request has used. */
const newAddress = () => `203.0.113.${++address}`

/** The HTTP statuses of six calls, one more than the points of `few`. */
async function six(call: () => Promise<{ http: number }>): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) statuses.push((await call()).http)
  return statuses
}
const onceTooOften = [200, 200, 200, 200, 200, 429]

test('reads of a guest count by address, whether they are answered from a cache or not', async () => {
  const here = newAddress()
  expect(await six(() => api.get('/feed/', {}, from(here)))).toEqual(onceTooOften)
  const refusal = await api.get('/user/', { user_id: anna.id }, from(here))
  expect([refusal.http, refusal.headers.get('retry-after')]).toEqual([429, '20'])
  expect(refusal.body.status_code).toBe(10)
  expect((await api.get('/feed/', {}, from(newAddress()))).http).toBe(200)
})

test('reads of a signed-in user count by user, from any address', async () => {
  const read = (token: string) =>
    six(() => api.get('/comment/list/', { token, video_id: video.id }, from(newAddress())))
  // A token counts by user only after web-srv has verified it once.
  success(await api.get('/message/unread/', { token: bob.token }, from(newAddress())))
  expect(await read(bob.token)).toEqual(onceTooOften)
})

test.each([
  [
    'the history of a chat',
    () => api.get('/message/chat/', { token: anna.token, to_user_id: bob.id }, from(newAddress())),
  ],
  [
    'marks of what was read',
    () => api.post('/message/read/', { token: anna.token, to_user_id: bob.id, time: 1 }, from(newAddress())),
  ],
  ['deletions', () => api.post('/publish/delete/', { token: bob.token, video_id: video.id }, from(newAddress()))],
])('%s count by user', async (_what, call) => {
  expect(await six(call)).toEqual(onceTooOften)
})

test('signing in and registering count by address, whatever token is sent', async () => {
  const here = newAddress()
  const tokens = [anna.token, bob.token, '']
  let i = 0
  const login = () =>
    api.post('/user/login/', { username: 'nobody', password: 'no-password', token: tokens[i++ % 3] }, from(here))
  expect(await six(login)).toEqual(onceTooOften)
  const there = newAddress()
  const codes: number[] = []
  for (let n = 0; n < 21; n++) {
    const account = { username: `of one address ${n}`, password: '12345', token: tokens[n % 3] }
    codes.push((await api.post('/user/register/', account, from(there))).http)
  }
  expect(codes).toEqual([...Array(20).fill(200), 429])
})

test.each(['/', '/v/1', '/docs'])('the page %s counts by address', async (path) => {
  const init = from(newAddress())
  expect(await six(() => fetch(api.stack.base + path, init).then(({ status }) => ({ http: status })))).toEqual(
    onceTooOften,
  )
})

test('opening sockets counts by address and by user', async () => {
  const open = async (token: string, address: string) => {
    const url = `${api.stack.base.replace('http', 'ws')}/douyin/message/socket/?token=${token}`
    // The browser type of WebSocket has no headers option.
    const socket: WebSocket = Reflect.construct(WebSocket, [url, from(address)])
    let code: number | undefined
    let isAnswered = false
    socket.onclose = (event) => (code = event.code)
    socket.onmessage = () => (isAnswered = true)
    socket.onopen = () => socket.send('{"type":"ping"}')
    await until(async () => isAnswered || code !== undefined)
    socket.close()
    return code
  }
  const here = newAddress()
  const codes = []
  for (let i = 0; i < 6; i++) codes.push(await open('bad', here))
  expect(codes.at(-1)).toBe(4429)
  const mine = []
  for (let i = 0; i < 6; i++) mine.push(await open(anna.token, newAddress()))
  expect(mine.at(-1)).toBe(4429)
})

test('a thousand requests to /readyz cause fewer than 200 database queries', async () => {
  const queries = async () => {
    const [row] = await api.stack.userDatabase.query("show global status like 'Com_select'")
    return Number(row?.Value)
  }
  const ask = () => fetch(`${api.stack.base}/readyz`).then(({ status }) => status)
  const before = await queries()
  const statuses = await Promise.all(Array.from({ length: 1000 }, ask))
  expect(new Set(statuses)).toEqual(new Set([200]))
  // The number includes queries of the services' background loops.
  expect((await queries()) - before).toBeLessThan(200)
})

test('an account can upload only as much within a day as the settings allow and /limits/ shows, and others are not affected', async () => {
  const film = await clip('tiny.mp4')
  const env = {
    ...paintedCovers.env,
    RATE_LIMIT: 'on',
    MAX_UPLOADS_PER_DAY: '3',
    MAX_UPLOAD_BYTES_PER_DAY: String(Math.ceil(film.size * 2.5)),
  }
  const small = await startTestApi({ env })
  try {
    const [one, other] = (await small.people(2)) as [Person, Person]
    const limits = await (await fetch(`${small.stack.base}/douyin/limits/`)).json()
    expect(limits).toMatchObject({ uploads_per_day: 3, upload_bytes_per_day: Math.ceil(film.size * 2.5) })
    const publish = (person: Person, title: string) => small.publish({ token: person.token, title, data: film })
    success(await publish(one, 'first'))
    // The last allowed upload may be retried, since its answer may have been lost.
    const last = { upload_id: 'of-a-phone', title: 'second' }
    success(await small.publish({ token: one.token, ...last, data: film }))
    success(await small.publish({ token: one.token, ...last, data: film }))
    success(await small.publish({ data: film, token: one.token, ...last }))
    // Both with the token before the file and after it.
    const late = await small.publish({ data: film, title: 'third', token: one.token })
    for (const answer of [await publish(one, 'third'), late])
      expect(answer.body).toMatchObject({ status_code: 10, status_msg: expect.stringContaining('within 24 hours') })
    expect(await small.rows('video')).toBe(2)
    success(await publish(other, 'of another'))
    // Deleting a video does not restore the allowance.
    const [video] = await small.videosOf(one)
    success(await small.post('/publish/delete/', { token: one.token, video_id: video!.id }))
    expect((await publish(one, 'fourth')).body.status_code).toBe(10)
  } finally {
    await small.close()
  }
}, 60_000)
