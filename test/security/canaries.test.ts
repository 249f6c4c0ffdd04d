import { afterAll, beforeAll, expect, test } from 'bun:test'
import { specOf } from '../../web-srv/src/endpoint/spec.ts'
import { recordFigure } from '../goal-table.ts'
import { success } from '../http/answers.ts'
import { type Api, startLimitMs, startTestApi } from '../http/client.ts'
import { logFolder } from '../logs.ts'
import { listRoutes } from '../route-list.ts'
import { until } from '../stack.ts'
import { collector } from '../telemetry/collector.ts'

const password = 'canary-passwd-71'
const wrongPassword = 'canary-wrong-71'
const content = 'canary-content-71'
let api: Api
let logs: Awaited<ReturnType<typeof logFolder>>
let otel: ReturnType<typeof collector>
beforeAll(async () => {
  logs = await logFolder()
  otel = collector()
  const env = { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: otel.url, FFMPEG_PATH: 'none' }
  api = await startTestApi({ env, logs: logs.folder })
}, startLimitMs)
afterAll(async () => {
  await api?.close()
  otel?.stop()
  await logs?.remove()
})

/** Sends token and passwords in every way to every endpoint, whatever the answers are. */
async function everywhere(token: string): Promise<number> {
  const routes = (await listRoutes()).filter(({ handler }) => specOf(handler) !== undefined)
  const fields = {
    username: 'canary',
    password,
    new_password: wrongPassword,
    token,
    comment_text: content,
    content,
    title: content,
  }
  const form = () => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    body.append('data', new File([content], `${content}.mp4`))
    return body
  }
  const json = { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${token}`, cookie: `token=${token}`, referer: `http://x/?token=${token}` }
  const wrong: Record<string, string>[] = [
    {},
    { video_id: 'x' },
    { video_id: '1', action_type: '1', user_id: '1', to_user_id: '1' },
    { latest_time: content },
  ]
  const requests = routes.flatMap(({ method, path }) =>
    wrong.flatMap((more) => {
      const url = `${api.stack.base}${path}?${new URLSearchParams({ ...fields, ...more })}`
      const bare = `${api.stack.base}${path}`
      const inQuery = () => fetch(url, { method })
      const asOther = () => fetch(url, { method: method === 'GET' ? 'POST' : 'GET' })
      const inHead = () => fetch(bare, { method, headers })
      const inBody = [
        form,
        () => new URLSearchParams({ ...fields, ...more }),
        () => JSON.stringify({ ...fields, ...more }),
        () => `{"token":"${token}`,
      ]
      const bodies = inBody.map((body, i) => () => fetch(bare, { method, body: body(), headers: i > 1 ? json : {} }))
      return [inQuery, asOther, inHead, ...(method === 'GET' ? [] : bodies)]
    }),
  )
  const more = ['/nowhere', '/static/x', '/docs', '/healthz'].map(
    (path) => () => fetch(`${api.stack.base}${path}?token=${token}`),
  )
  for (const one of [...requests, ...more]) await (await one()).text()
  return requests.length
}

test('no token, password or user content is in a log, a metric or a span, also during failures', async () => {
  const { token } = success(await api.post('/user/register/', { username: 'canary', password }))
  const count = (await everywhere(token)) + (await everywhere(`${token.slice(0, -4)}AAAA`))
  // Without a service the logs contain errors with their causes and stacks.
  const victim = api.stack.processes['feed-srv']
  victim.kill('SIGKILL')
  await victim.exited
  expect(victim.signalCode).toBe('SIGKILL')
  await everywhere(token)
  await api.stack.start('feed-srv')
  // Without a table the database's own errors are logged.
  await api.stack.userDatabase.query('rename table user to user_gone')
  await everywhere(token)
  await api.stack.userDatabase.query('rename table user_gone to user')

  await until(async () => otel.spans.length > 0 && (await logs.lines()).some(({ level }) => level >= 50), 10_000)
  const metrics = await Promise.all(Object.values(api.stack.metrics).map(async (url) => (await fetch(url)).text()))
  const all = { logs: await logs.text(), spans: otel.text(), metrics: metrics.join('\n') }
  const [head = '', payload = '', signature = ''] = token.split('.')
  const secrets = [token, payload, signature, password, wrongPassword, content, 'argon2', head && `${head}.`]
  const hits = Object.entries(all).flatMap(([where, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret.slice(0, 20)} in ${where}`),
  )
  const lines = all.logs.split('\n').length
  recordFigure(
    'S-7 canaries',
    '0 hits',
    `${hits.length} hits in ${lines} lines, ${otel.spans.length} spans, ${count * 2} requests`,
  )
  expect(lines).toBeGreaterThan(1000)
  expect(hits).toEqual([])
}, 180_000)
