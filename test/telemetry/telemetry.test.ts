import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { compiled } from '../executables.ts'
import { success } from '../http/answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from '../http/client.ts'
import { logFolder } from '../logs.ts'
import { type ServiceName, until } from '../stack.ts'
import { collector } from './collector.ts'

const services: ServiceName[] = ['web-srv', 'user-srv', 'feed-srv']
const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`
let api: Api
let person: Person
let logs: Awaited<ReturnType<typeof logFolder>>
let otel: ReturnType<typeof collector>
beforeAll(async () => {
  logs = await logFolder()
  otel = collector()
  // The executables, since logging, metrics and tracing break in compiled code first.
  const env = { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: otel.url }
  api = await startTestApi({ env, logs: logs.folder, command: await compiled() })
  person = await api.person()
  success(await api.get('/feed/', { token: person.token }))
}, 120_000 + startLimitMs)
afterAll(async () => {
  await api?.close()
  otel?.stop()
  await logs?.remove()
})

const metricsOf = async (name: ServiceName) => (await fetch(api.stack.metrics[name])).text()

describe('the log', () => {
  test('is JSON, and one request has one id in all three services and in its answer', async () => {
    const video = await api.video(person)
    const about = { token: person.token, video_id: video.id, action_type: 1 }
    const { headers } = await api.post('/favorite/action/', about, { headers: { traceparent } })
    expect(headers.get('x-request-id')).toBe(traceId)
    const ofRequest = async () => (await logs.lines()).filter((line) => line.request_id === traceId)
    await until(async () => new Set((await ofRequest()).map((line) => line.service)).size === 3)
    const web = (await ofRequest()).find((line) => line.service === 'web-srv')
    const expected = {
      msg: 'request',
      route: '/douyin/favorite/action/',
      method: 'POST',
      status: 200,
      viewer: person.id,
    }
    expect(web).toMatchObject({ ...expected, parameters: ['token', 'video_id', 'action_type'] })
  })

  test('has an own id for a batched call, and the line of each of its requests names that id', async () => {
    const video = await api.video(person)
    const about = { token: person.token, video_id: video.id, action_type: 1 }
    const ids = Array.from({ length: 40 }, (_, i) => 100 + i)
    await Promise.all(ids.map((n) => api.post('/favorite/action/', about, trace(n))))
    const linesOf = async () => {
      const lines = await logs.lines()
      const requests = ids.flatMap(
        (n) => lines.find((line) => line.request_id === idOf(n) && line.msg === 'request') ?? [],
      )
      const calls = lines.filter((line) => line.service === 'user-srv' && line.method === 'FavoriteActions')
      return { requests, calledFor: calls.map((line) => line.request_id) }
    }
    const isThere = ({ requests, calledFor }: Awaited<ReturnType<typeof linesOf>>) =>
      requests.length === ids.length &&
      requests.every(({ request_id, batch_ids = [request_id!] }) => batch_ids.some((id) => calledFor.includes(id)))
    await until(async () => isThere(await linesOf()))
    const { requests, calledFor } = await linesOf()
    const inBatches = requests.filter((line) => line.batch_ids)
    expect(inBatches.length).toBeGreaterThan(1)
    expect(inBatches.filter((line) => calledFor.includes(line.request_id))).toEqual([])
  })

  test('has a line for every rejection: a wrong password, an invalid token, an unknown video, a body that is too large', async () => {
    const rejections: [string, Promise<unknown>, object][] = [
      [
        'wrong password',
        api.post('/user/login/', { username: person.name, password: 'not this one' }, trace(1)),
        { code: 3 },
      ],
      [
        'no token',
        api.post('/favorite/action/', { token: 'none', video_id: 1, action_type: 1 }, trace(2)),
        { code: 3 },
      ],
      ['not there', api.post('/publish/delete/', { token: person.token, video_id: 999 }, trace(3)), { code: 5 }],
      ['too large', api.post('/comment/action/', {}, { body: 'x'.repeat(1 << 21), ...trace(4) }), { status: 413 }],
    ]
    await Promise.all(rejections.map(([, request]) => request))
    const lineOf = async (n: number) =>
      (await logs.lines()).find((line) => line.request_id === idOf(n) && line.msg === 'request')
    await until(async () => (await Promise.all([1, 2, 3, 4].map(lineOf))).every(Boolean))
    for (const [i, [what, , expected]] of rejections.entries())
      expect([what, await lineOf(i + 1)]).toMatchObject([what, expected])
  })

  test('has no forged line and no colour codes if a name contains them', async () => {
    const name = 'x\r\n{"level":50,"msg":"forged"}\n\u001b[31mred'
    await api.post('/user/register/', { username: name, password: 'secret 9' }, trace(5))
    await until(async () => (await logs.lines()).some((line) => line.request_id === idOf(5)))
    expect((await logs.lines()).filter((line) => line.msg === 'forged')).toEqual([])
    expect(await logs.text()).not.toContain('\u001b')
  })
})

test('polling for an open socket and successful health checks are not logged', async () => {
  const socket = new WebSocket(
    `${api.stack.base.replace('http', 'ws')}/douyin/message/socket?token=${person.token}&after=1`,
  )
  await new Promise((opened) => socket.addEventListener('open', opened))
  const polls = async () =>
    Number(/method="ListMessagesSince",code="OK"\} (\d+)/.exec(await metricsOf('user-srv'))?.[1] ?? 0)
  await until(async () => (await polls()) > 1, 10_000)
  await fetch(`${api.stack.base}/readyz`)
  await fetch(`${api.stack.base}/healthz`)
  success(await api.get('/feed/'))
  socket.close()
  await until(async () => (await logs.lines()).some((line) => line.route === '/douyin/feed/'))
  const lines = await logs.lines()
  expect(lines.filter((line) => /^List(Inbox|MessagesSince)$/.test(String(line.method)))).toEqual([])
  expect(
    lines.filter((line) => line.route === '/healthz' || (line.route === '/readyz' && line.status === 200)),
  ).toEqual([])
})

describe('the metrics', () => {
  test('count and time every route and every RPC, and are not on the public port', async () => {
    const web = await metricsOf('web-srv')
    expect(web).toMatch(
      /^douyin_http_requests_total\{route="\/douyin\/user\/register\/",method="POST",status="200",code="0"\} \d/m,
    )
    expect(web).toMatch(/^douyin_http_request_seconds_count\{route="\/douyin\/feed\/"\} \d/m)
    expect(await metricsOf('user-srv')).toMatch(
      /^douyin_rpc_requests_total\{service="User",method="CreateUser",code="OK"\} \d/m,
    )
    expect(await metricsOf('feed-srv')).toMatch(
      /^douyin_rpc_request_seconds_count\{service="Feed",method="GetVideos"\} \d/m,
    )
    for (const path of ['/metrics', '/douyin/metrics', '/douyin/metrics/'])
      expect((await fetch(`${api.stack.base}${path}`)).status).toBe(404)
  })

  test('include connection pools, queues, unpublished counts and the event loop', async () => {
    const user = await metricsOf('user-srv')
    for (const state of ['open', 'free', 'waiting'])
      expect(user).toMatch(new RegExp(`^douyin_db_connections\\{of="user",state="${state}"\\} \\d`, 'm'))
    expect(Number(/^douyin_db_connections\{of="user",state="open"\} (\d+)/m.exec(user)?.[1])).toBeGreaterThan(0)
    expect(user).toMatch(/^douyin_queue_waiting\{of="passwords"\} 0/m)
    expect(Number(/^douyin_background_loop_lag_seconds\{of="like counts"\} (\S+)/m.exec(user)?.[1])).toBeWithin(0, 5)
    expect(await metricsOf('web-srv')).toMatch(/^douyin_cache_lookups_total\{cache="tokens",hit="(?:true|false)"\} \d/m)
    for (const name of services) expect(await metricsOf(name)).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m)
  })

  test('are few: no name, id or unknown path becomes a label', async () => {
    for (let i = 0; i < 50; i++) await fetch(`${api.stack.base}/made-up/${i}`)
    for (let i = 1; i < 50; i++) await fetch(`${api.stack.base}/static/${i}.mp4`)
    const web = await metricsOf('web-srv')
    expect(web).not.toContain('made-up')
    expect(web).toContain('route="none"')
    expect(web).toContain('route="/static/:key"')
    expect(web.split('\n').length).toBeLessThan(2000)
  })
})

describe('docs/monitoring', () => {
  const series = (text: string) => new Set(text.match(/\b(?:douyin|process|nodejs)_[a-z0-9_]+/g))

  test('names only metrics that a service exports', async () => {
    const exported = series((await Promise.all(services.map(metricsOf))).join('\n'))
    for (const file of ['dashboard.json', 'alerts.yml']) {
      const named = series(await Bun.file(`${import.meta.dir}/../../docs/monitoring/${file}`).text())
      expect(named.size).toBeGreaterThan(3)
      expect([file, [...named].filter((name) => !exported.has(name))]).toEqual([file, []])
    }
  })

  test('shows every metric of the product', async () => {
    const exported = [...series((await Promise.all(services.map(metricsOf))).join('\n'))]
    const ours = exported
      .filter((name) => name.startsWith('douyin_'))
      .map((name) => name.replace(/_(?:bucket|sum|count)$/, ''))
    const dashboard = await Bun.file(`${import.meta.dir}/../../docs/monitoring/dashboard.json`).text()
    expect([...new Set(ours)].filter((name) => !dashboard.includes(name))).toEqual([])
  })
})

describe('the spans', () => {
  test('of one request form one trace, from the caller through web-srv to both services', async () => {
    const ofTrace = () => otel.spans.filter((span) => span.traceId === traceId)
    await until(async () => new Set(ofTrace().map((span) => span.service)).size === 3, 10_000)
    const web = ofTrace().find((span) => span.service === 'web-srv')!
    expect([web.name, web.parentSpanId]).toEqual(['POST /douyin/favorite/action/', 'b7ad6b7169203331'])
    const user = ofTrace().find((span) => span.name === 'User/FavoriteActions')!
    expect(user.parentSpanId).toBe(web.spanId)
    const feed = ofTrace().filter((span) => span.service === 'feed-srv')
    expect(feed.map((span) => span.parentSpanId)).toContain(user.spanId)
  })

  test('of a batch are a trace of their own, linked to the span of each request', async () => {
    const webSpanOf = (traceId: string) =>
      otel.spans.find((span) => span.traceId === traceId && span.service === 'web-srv')
    const likes = () =>
      otel.spans.filter(
        (span) =>
          span.name === 'batch' && webSpanOf(span.links?.[0]?.traceId ?? '')?.name.endsWith('/favorite/action/'),
      )
    await until(
      async () => likes().length > 0 && otel.spans.some((span) => span.parentSpanId === likes()[0]?.spanId),
      10_000,
    )
    const [batch] = likes()
    expect(batch!.links!.length).toBeGreaterThan(1)
    for (const { traceId, spanId } of batch!.links!) expect(webSpanOf(traceId)?.spanId).toBe(spanId)
    const called = otel.spans.filter((span) => span.parentSpanId === batch!.spanId)
    expect(called.map((span) => span.name)).toEqual(['User/FavoriteActions'])
  })

  test('include one for an answer from the page cache, with the id that the answer returns', async () => {
    const ask = () => fetch(`${api.stack.base}/douyin/feed/`, trace(900))
    await (await ask()).bytes()
    const again = await ask()
    expect(again.headers.get('x-request-id')).toBe(idOf(900))
    const ofWeb = () => otel.spans.filter((span) => span.traceId === idOf(900) && span.service === 'web-srv')
    await until(async () => ofWeb().length === 2, 10_000)
    expect(ofWeb().map((span) => [span.name, span.parentSpanId])).toEqual(
      Array(2).fill(['GET /douyin/feed/', 'b7ad6b7169203331']),
    )
  })

  test('never delay a request, also if the collector is down', async () => {
    otel.stop()
    success(await api.get('/feed/', { token: person.token }))
  })
})

const idOf = (n: number) => `${n}`.padStart(32, 'c')
const trace = (n: number) => ({ headers: { traceparent: `00-${idOf(n)}-b7ad6b7169203331-01` } })
