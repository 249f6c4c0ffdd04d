import { afterAll, beforeAll, expect, test } from 'bun:test'
import { api, ok, type Person } from '../api.ts'
import { clip } from '../http/clips.ts'
import { logFolder } from '../logs.ts'
import { type OneBox, startOneBox } from '../one-box.ts'
import { until } from '../stack.ts'
import { collector } from './collector.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const callerId = 'b7ad6b7169203331'

let box: OneBox
let logs: Awaited<ReturnType<typeof logFolder>>
let otel: ReturnType<typeof collector>
let anna: Person
beforeAll(async () => {
  logs = await logFolder()
  otel = collector()
  box = await startOneBox({ logs: logs.folder, env: { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: otel.url } })
  const http = api(box.base)
  anna = await http.register('anna')
  ok(await http.publish(anna, 'a clip', await clip('tiny.mp4')))
  const [video] = ok(await http.get('/douyin/feed/', { token: anna.token })).video_list
  await like(video!.id)
}, 60_000)
afterAll(async () => {
  await box?.stop()
  otel?.stop()
  await logs?.remove()
})

async function like(video: number): Promise<void> {
  const about = new URLSearchParams({ token: anna.token, video_id: String(video), action_type: '1' })
  const headers = { traceparent: `00-${traceId}-${callerId}-01` }
  await fetch(`${box.base}/douyin/favorite/action/?${about}`, { method: 'POST', headers })
}

const metrics = async () => (await fetch(box.metrics)).text()

test('in-process calls are counted and timed by service, RPC and outcome', async () => {
  const gone = { token: anna.token, video_id: 999 }
  expect((await api(box.base).post('/douyin/publish/delete/', gone)).status_code).not.toBe(0)
  const text = await metrics()
  const count = (service: string, method: string, code: string) =>
    text.match(
      new RegExp(`^douyin_rpc_requests_total\\{service="${service}",method="${method}",code="${code}"\\} (\\d+)$`, 'm'),
    )?.[1]
  expect(count('User', 'CreateUser', 'OK')).toBe('1')
  expect(count('Feed', 'DeleteVideo', 'NOT_FOUND')).toBe('1')
  expect(count('Feed', 'CreateVideo', 'OK')).toBe('1')
  expect(text).toMatch(/^douyin_rpc_request_seconds_count\{service="User",method="FavoriteActions"\} 1$/m)
})

test('each call is logged with the id of its request, and the line of the request has no field of a call', async () => {
  const ofRequest = async () => (await logs.lines()).filter((line) => line.request_id === traceId)
  await until(async () => (await ofRequest()).some(({ msg }) => msg === 'request'))
  const lines = await ofRequest()
  const calls = lines.filter(({ msg }) => msg === 'call').map(({ method, code }) => `${method} ${code}`)
  expect(calls).toContain('FavoriteActions OK')
  const [request] = lines.filter(({ msg }) => msg === 'request')
  expect(request).toMatchObject({ route: '/douyin/favorite/action/', status: 200, viewer: anna.id })
  expect(request).not.toHaveProperty('code')
})

test('calls of background loops are counted, and not logged', async () => {
  const callCount = async () => Number(/method="ListTokenEpochs",code="OK"\} (\d+)/.exec(await metrics())?.[1] ?? 0)
  await until(async () => (await callCount()) > 1, 10_000)
  expect((await logs.lines()).filter(({ method }) => method === 'ListTokenEpochs')).toEqual([])
})

test('the spans of one request form one trace through both services', async () => {
  const ofTrace = () => otel.spans.filter((span) => span.traceId === traceId)
  const named = (name: string) => ofTrace().find((span) => span.name === name)
  await until(async () => Boolean(named('POST /douyin/favorite/action/')), 10_000)
  const web = named('POST /douyin/favorite/action/')!
  expect(web.parentSpanId).toBe(callerId)
  const user = named('User/FavoriteActions')!
  expect(user.parentSpanId).toBe(web.spanId)
  const feed = ofTrace().filter(({ name }) => name.startsWith('Feed/'))
  expect(feed.map(({ parentSpanId }) => parentSpanId)).toContain(user.spanId)
})
