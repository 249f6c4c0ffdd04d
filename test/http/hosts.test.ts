import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { listRoutes } from '../route-list.ts'
import { production } from '../security/production.ts'
import { until } from '../stack.ts'
import type { Body, Video } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { sendRaw } from './raw.ts'

let direct: Api
let proxied: Api
let author: Person
let video: Video
beforeAll(async () => {
  // Each host is sent to every path: too many requests for the rate limits.
  const unlimited = { ...production.env, RATE_LIMIT: 'off' }
  const behindProxy = { ...unlimited, TRUSTED_PROXIES: '127.0.0.0/8' }
  ;[direct, proxied] = await Promise.all([startTestApi({ env: unlimited }), startTestApi({ env: behindProxy })])
  author = await direct.person()
  video = await direct.video(author)
  await proxied.video(await proxied.person())
}, startLimitMs)
afterAll(async () => {
  await direct?.close()
  await proxied?.close()
})

const names = ['a', 'pi', 'nas', 'a.b']
const shortHosts = [...names, ...names.map((name) => `${name}:8`), ...names.map((name) => `${name}:8080`)]
/** `undefined` stands for HTTP/1.0 without a Host. */
const oddHosts = [
  ...[
    undefined,
    '',
    ' ',
    'a b',
    '[',
    '[::1',
    '[::]',
    ']',
    ':80',
    ':',
    'a:b',
    'a:99999',
    'a:8:8',
    '%',
    '%zz',
    '..',
    '/',
  ],
  ...['a/b', 'a?b', 'a#b', 'a\\b', 'user@host', 'http://a', '"', '<b>', '{a}', 'ünï.example', '\u4e2d', '::1', 'a, b'],
  ...['x'.repeat(5000), '999.1.1.1', '0x7f.1', 'xn--', 'fe80::1%eth0', 'a\tb'],
]

/** Status and body of a request with this Host and this literal request target. */
async function ask(base: string, target: string, host: string | undefined, headers: string[] = [], method = 'GET') {
  const line = `${method} ${target} HTTP/${host === undefined ? '1.0' : '1.1'}`
  const named = host === undefined ? [] : [`host: ${host}`]
  const head = [line, ...named, 'connection: close', ...headers, ...(method === 'POST' ? ['content-length: 0'] : [])]
  const text = await sendRaw(base, `${head.join('\r\n')}\r\n\r\n`)
  const [start = '', ...body] = text.split('\r\n\r\n')
  return { status: Number(start.split(' ')[1]), body: body.join('\r\n\r\n') }
}

/** Every route with its method, with and without a trailing slash, and some unknown paths. */
async function targets(): Promise<[method: string, target: string][]> {
  const routes = await listRoutes()
  const exact = routes.map(({ method, path }): [string, string] => [
    method === 'WS' ? 'GET' : method,
    path.replace(/:\w+/, '7'),
  ])
  const slashed = exact
    .filter(([, path]) => path.startsWith('/douyin/'))
    .map(([method, path]): [string, string] => [method, path.endsWith('/') ? path.slice(0, -1) : `${path}/`])
  const others = ['/nope', '/metrics', `/douyin/comment/list/?video_id=${video.id}`, '/douyin/feed/?x=//y/', '/.']
  return [...exact, ...slashed, ...others.map((path): [string, string] => ['GET', path])]
}

describe('a Host of one to three letters', () => {
  test('gets the same status as localhost from every path', async () => {
    for (const [method, target] of await targets()) {
      const statusFor = (host: string) => ask(direct.stack.base, target, host, [], method).then(({ status }) => status)
      const expected = await statusFor('localhost')
      const statuses = await Promise.all(shortHosts.map(statusFor))
      expect([method, target, ...new Set(statuses)]).toEqual([method, target, expected])
    }
  }, 60_000)

  test('gets URLs that begin with it, and opens a socket', async () => {
    for (const host of ['a', 'nas', 'pi:8']) {
      const { body } = await ask(direct.stack.base, '/douyin/feed/', host)
      expect(playUrls(body)).toEqual([video.play_url.replace(/^http:\/\/[^/]+/, `http://${host}`)])
      expect(await opened(host)).toBe(101)
    }
  })
})

describe('an odd Host, or none', () => {
  test('is never answered with a 5xx, on any path', async () => {
    for (const [method, target] of await targets()) {
      const answers = await Promise.all(oddHosts.map((host) => ask(direct.stack.base, target, host, [], method)))
      const failed = oddHosts.filter((_, i) => !(answers[i]!.status >= 100 && answers[i]!.status < 500))
      expect([target, failed]).toEqual([target, []])
    }
  }, 60_000)

  test('is rejected with 400 or served, with paths as URLs', async () => {
    for (const host of oddHosts.filter((host) => !['[::]', '0x7f.1', 'a, b', '999.1.1.1'].includes(host ?? ''))) {
      const { status, body } = await ask(direct.stack.base, '/douyin/feed/', host)
      if (status === 400) continue
      expect([host, status]).toEqual([host, 200])
      if (host === undefined || host === '') expect(playUrls(body)).toEqual([pathOf(video)])
    }
    for (const path of ['/docs', '/healthz', '/v/7', '/'])
      expect((await ask(direct.stack.base, path, undefined)).status).toBe(200)
    expect((await ask(direct.stack.base, '/nope', undefined)).status).toBe(404)
  })

  test('gets the metrics at their own port, and nothing else there', async () => {
    const { origin } = new URL(direct.stack.metrics['web-srv'])
    for (const host of ['localhost', 'a', undefined, '', '[', 'a b']) {
      const statuses = await Promise.all(
        ['/metrics', '/metrics?x', '/', '/nope'].map((path) => ask(origin, path, host)),
      )
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 404, 404])
    }
  })

  test('opens a socket', async () => {
    for (const host of ['', '[', 'a:b', '%']) expect(await opened(host)).toBe(101)
  })

  test('is ignored if the request target is absolute, and the host in the target is not used for URLs', async () => {
    for (const target of ['http://evil.example/douyin/feed/', 'https://evil.example/douyin/feed']) {
      for (const host of [undefined, 'localhost', 'nas', '[']) {
        const { status, body } = await ask(direct.stack.base, target, host)
        expect([status, body.includes('evil.example')]).toEqual([200, false])
      }
    }
  })
})

describe('a public host that is not configured', () => {
  test('is not in any answer, nor is an internal address: URLs are paths, in JSON and in every page', async () => {
    for (const host of ['v.example.org', 'evil.example:8080', '8.8.8.8', '[2001:db8::1]', 'localhost.evil.example']) {
      const { body } = await ask(direct.stack.base, '/douyin/feed/', host)
      expect(playUrls(body)).toEqual([pathOf(video)])
      for (const path of ['/docs', '/', `/v/${video.id}`, `/douyin/comment/list/?video_id=${video.id}`]) {
        const page = await ask(direct.stack.base, path, host)
        expect([page.status, page.body.includes(host), /\b(?:127|10|172|192)\.\d+\.\d+\.\d+/.test(page.body)]).toEqual([
          200,
          false,
          false,
        ])
      }
    }
  })

  test('gets a video page with a title but without a URL in its metadata', async () => {
    const { body } = await ask(direct.stack.base, `/v/${video.id}`, 'v.example.org')
    expect(body.match(/property="og:\w+"/g)).toEqual(['property="og:type"', 'property="og:title"'])
    const local = await ask(direct.stack.base, `/v/${video.id}`, 'nas.local')
    expect(local.body).toContain(`<meta property="og:url" content="http://nas.local/v/${video.id}">`)
  })

  test('gets no cached page of another host, in any order', async () => {
    const hosts = ['nas.local', 'v.example.org', '100.64.3.4:8080', 'evil.example', 'nas.local']
    for (const host of [...hosts, ...hosts]) {
      const { body } = await ask(direct.stack.base, '/douyin/feed/', host)
      const base = host.endsWith('.org') || host.startsWith('evil') ? '' : `http://${host}`
      expect(playUrls(body)).toEqual([base + pathOf(video)])
    }
  })
})

describe('a proxy that is named in TRUSTED_PROXIES', () => {
  test('can set host and protocol by its headers, and each caller gets URLs with its own', async () => {
    const calls: [base: string, host: string, headers: string[]][] = [
      ['https://v.example.org', '127.0.0.1:8080', ['x-forwarded-host: v.example.org', 'x-forwarded-proto: https']],
      ['http://v.example.org', 'v.example.org', []],
      ['https://w.example.org:8443', 'inner', ['forwarded: for=203.0.113.9;proto=https;host="w.example.org:8443"']],
      ['https://nas', 'nas', ['x-forwarded-proto: https', 'x-forwarded-for: 192.168.1.9']],
      ['', 'inner', ['x-forwarded-for: 203.0.113.9']],
    ]
    for (const [base, host, headers] of [...calls, ...calls]) {
      const { body } = await ask(proxied.stack.base, '/douyin/feed/', host, headers)
      expect([host, playUrls(body)[0]?.replace(/\/static\/.*/, '')]).toEqual([host, base])
    }
  })

  test('must be named there, else its headers are ignored', async () => {
    const forged = ['x-forwarded-host: evil.example', 'x-forwarded-proto: https', 'forwarded: host=evil.example']
    const { body } = await ask(direct.stack.base, '/douyin/feed/', 'nas.local:8080', forged)
    expect(playUrls(body)).toEqual([`http://nas.local:8080${pathOf(video)}`])
  })
})

const playUrls = (body: string) => (JSON.parse(body) as Body).video_list.map(({ play_url }) => play_url)
const pathOf = ({ play_url }: Video) => new URL(play_url).pathname

/** The status of the answer to a WebSocket upgrade. */
async function opened(host: string): Promise<number> {
  const upgrade = ['upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==']
  const head = [
    `GET /douyin/message/socket?token=${author.token} HTTP/1.1`,
    `host: ${host}`,
    'connection: upgrade',
    ...upgrade,
  ]
  const { port } = new URL(direct.stack.base)
  const chunks: string[] = []
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: Number(port),
    socket: { data: (_, bytes) => void chunks.push(bytes.toString('latin1')) },
  })
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  await until(async () => chunks.join('').includes('\r\n\r\n'))
  socket.terminate()
  return Number(chunks.join('').split(' ')[1])
}
