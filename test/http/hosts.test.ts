import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { routesAlone } from '../alone.ts'
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
  // Each name is tried on every path.
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
/** `undefined`: HTTP/1.0 without one. */
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

/** Status and body of a request that says this Host, on a target as it stands. */
async function ask(base: string, target: string, host: string | undefined, headers: string[] = [], method = 'GET') {
  const line = `${method} ${target} HTTP/${host === undefined ? '1.0' : '1.1'}`
  const named = host === undefined ? [] : [`host: ${host}`]
  const head = [line, ...named, 'connection: close', ...headers, ...(method === 'POST' ? ['content-length: 0'] : [])]
  const text = await sendRaw(base, `${head.join('\r\n')}\r\n\r\n`)
  const [start = '', ...body] = text.split('\r\n\r\n')
  return { status: Number(start.split(' ')[1]), body: body.join('\r\n\r\n') }
}

/** Every path, of GET and POST, and some that are none. */
async function targets(): Promise<[method: string, target: string][]> {
  const routes = await routesAlone()
  const asked = routes.map(({ method, path }): [string, string] => [
    method === 'WS' ? 'GET' : method,
    path.replace(/:\w+/, '7'),
  ])
  const slashed = asked
    .filter(([, path]) => path.startsWith('/douyin/'))
    .map(([method, path]): [string, string] => [method, path.endsWith('/') ? path.slice(0, -1) : `${path}/`])
  const others = ['/nope', '/metrics', `/douyin/comment/list/?video_id=${video.id}`, '/douyin/feed/?x=//y/', '/.']
  return [...asked, ...slashed, ...others.map((path): [string, string] => ['GET', path])]
}

describe('a Host of one to three letters', () => {
  test('gets from every path what localhost gets', async () => {
    for (const [method, target] of await targets()) {
      const of = (host: string) => ask(direct.stack.base, target, host, [], method).then(({ status }) => status)
      const wanted = await of('localhost')
      const statuses = await Promise.all(shortHosts.map(of))
      expect([method, target, ...new Set(statuses)]).toEqual([method, target, wanted])
    }
  }, 60_000)

  test('gets URLs that begin so, and opens a socket', async () => {
    for (const host of ['a', 'nas', 'pi:8']) {
      const { body } = await ask(direct.stack.base, '/douyin/feed/', host)
      expect(playUrls(body)).toEqual([video.play_url.replace(/^http:\/\/[^/]+/, `http://${host}`)])
      expect(await opened(host)).toBe(101)
    }
  })
})

describe('an odd Host, or none', () => {
  test('is never an error of ours, on no path', async () => {
    for (const [method, target] of await targets()) {
      const answers = await Promise.all(oddHosts.map((host) => ask(direct.stack.base, target, host, [], method)))
      const failed = oddHosts.filter((_, i) => !(answers[i]!.status >= 100 && answers[i]!.status < 500))
      // What is not ready says 503 whoever asks.
      expect([target, failed]).toEqual([target, []])
    }
  }, 60_000)

  test('gets the page that is there, with paths for URLs', async () => {
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

  test('gets the metrics where these are served, and nothing else there', async () => {
    const { origin } = new URL(direct.stack.metrics['web-srv'])
    for (const host of ['localhost', 'a', undefined, '', '[', 'a b']) {
      const statuses = await Promise.all(
        ['/metrics', '/metrics?x', '/', '/nope'].map((path) => ask(origin, path, host)),
      )
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 404, 404])
    }
  })

  test('opens a socket all the same', async () => {
    for (const host of ['', '[', 'a:b', '%']) expect(await opened(host)).toBe(101)
  })

  test('does not matter where the target is absolute: the name in it is not believed', async () => {
    for (const target of ['http://evil.example/douyin/feed/', 'https://evil.example/douyin/feed']) {
      for (const host of [undefined, 'localhost', 'nas', '[']) {
        const { status, body } = await ask(direct.stack.base, target, host)
        expect([status, body.includes('evil.example')]).toEqual([200, false])
      }
    }
  })
})

describe('a public name that nobody told the server', () => {
  test('is not sent back, nor is an inner address: URLs are paths, in JSON and in every page', async () => {
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

  test('has a link with a title and without an address in its head', async () => {
    const { body } = await ask(direct.stack.base, `/v/${video.id}`, 'v.example.org')
    expect(body.match(/property="og:\w+"/g)).toEqual(['property="og:type"', 'property="og:title"'])
    const local = await ask(direct.stack.base, `/v/${video.id}`, 'nas.local')
    expect(local.body).toContain(`<meta property="og:url" content="http://nas.local/v/${video.id}">`)
  })

  test('gets no page that was made for another name, whatever the order', async () => {
    const hosts = ['nas.local', 'v.example.org', '100.64.3.4:8080', 'evil.example', 'nas.local']
    for (const host of [...hosts, ...hosts]) {
      const { body } = await ask(direct.stack.base, '/douyin/feed/', host)
      const base = host.endsWith('.org') || host.startsWith('evil') ? '' : `http://${host}`
      expect(playUrls(body)).toEqual([base + pathOf(video)])
    }
  })
})

describe('a proxy that is named in TRUSTED_PROXIES', () => {
  test('is believed when it says by which name and protocol it was called, and each caller gets her own page', async () => {
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

  test('which is not named is not', async () => {
    const forged = ['x-forwarded-host: evil.example', 'x-forwarded-proto: https', 'forwarded: host=evil.example']
    const { body } = await ask(direct.stack.base, '/douyin/feed/', 'nas.local:8080', forged)
    expect(playUrls(body)).toEqual([`http://nas.local:8080${pathOf(video)}`])
  })
})

const playUrls = (body: string) => (JSON.parse(body) as Body).video_list.map(({ play_url }) => play_url)
const pathOf = ({ play_url }: Video) => new URL(play_url).pathname

/** The status with which a socket opens. */
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
