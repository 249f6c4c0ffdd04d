import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { success, type Video } from '../http/answers.ts'
import { type Api, startLimitMs, startTestApi } from '../http/client.ts'
import { request, sendRaw } from '../http/raw.ts'
import { listRoutes } from '../route-list.ts'
import { production } from './production.ts'

const friend = 'https://friend.example.org'
let closed: Api
let open: Api
let video: Video
beforeAll(async () => {
  const env = {
    ...production.env,
    CORS_ORIGINS: `${friend}, http://localhost:3000`,
    PUBLIC_BASE_URL: 'https://v.example.org',
  }
  ;[closed, open] = await Promise.all([startTestApi(production), startTestApi({ ...production, env })])
  video = await closed.video(await closed.person())
}, startLimitMs)
afterAll(async () => {
  await closed?.close()
  await open?.close()
})

/** The answers of every route, of files, and of requests that match no route. */
async function everyAnswer(base: string): Promise<[string, Response][]> {
  const file = new URL(video.play_url).pathname
  const routes = (await listRoutes()).filter(({ method }) => method !== 'WS')
  const requests: [string, string, RequestInit?][] = [
    ...routes.map(({ method, path }): [string, string] => [method, path.replace(/:\w+/, '7')]),
    ['GET', file],
    ['HEAD', file],
    ['GET', file, { headers: { range: 'bytes=0-9' } }],
    ['GET', file, { headers: { range: 'bytes=999999999-' } }],
    ['GET', '/static/avatar/7.png'],
    ['GET', '/nowhere'],
    ['GET', '/static/..%2f..%2fetc%2fpasswd'],
    ['GET', '/douyin/favorite/action/'],
    ['DELETE', '/douyin/feed/'],
    ['OPTIONS', '/douyin/feed/'],
    ['POST', '/douyin/comment/action/', { body: 'x'.repeat((1 << 20) + 1) }],
    ['POST', '/douyin/comment/action/', { body: '{', headers: { 'content-type': 'application/json' } }],
  ]
  return Promise.all(
    requests.map(
      async ([method, path, init]): Promise<[string, Response]> => [
        `${method} ${path}`,
        await fetch(`${base}${path}`, { method, redirect: 'manual', ...init }),
      ],
    ),
  )
}

describe('every answer, of each route, each error and each file,', () => {
  test('forbids content sniffing, framing and referrers', async () => {
    const answers = await everyAnswer(closed.stack.base)
    expect(answers.length).toBeGreaterThan(45)
    for (const [what, { headers }] of answers) {
      const policy = headers.get('content-security-policy') ?? ''
      expect([what, headers.get('x-content-type-options')]).toEqual([what, 'nosniff'])
      expect([what, headers.get('referrer-policy')]).toEqual([what, 'no-referrer'])
      expect([what, policy]).toEqual([what, expect.stringMatching(/default-src 'none'/)])
      expect([what, policy]).toEqual([what, expect.stringMatching(/frame-ancestors 'none'|sandbox/)])
      expect([what, policy]).toEqual([what, expect.not.stringMatching(/unsafe-inline|unsafe-eval|\*/)])
      expect([what, headers.get('server') ?? headers.get('x-powered-by')]).toEqual([what, null])
    }
  })

  test('has the content type of its body, and the character set if it is text', async () => {
    for (const [what, response] of await everyAnswer(closed.stack.base)) {
      const body = await response.bytes()
      const type = response.headers.get('content-type') ?? ''
      if (body.length > 0) expect([what, type]).not.toEqual([what, ''])
      if (/^(?:text|application\/json)/.test(type))
        expect([what, type]).toEqual([what, expect.stringContaining('charset=utf-8')])
    }
  })

  test('with a status_code has no-store', async () => {
    for (const [what, response] of await everyAnswer(closed.stack.base))
      if (response.headers.get('content-type')?.startsWith('application/json') && !what.includes('openapi'))
        expect([what, response.headers.get('cache-control')]).toEqual([what, 'no-store'])
  })

  test('has HSTS of one year if the public URL is https, else none', async () => {
    for (const [api, expected] of [
      [open, 'max-age=31536000; includeSubDomains'],
      [closed, null],
    ] as const)
      for (const [what, { headers }] of await everyAnswer(api.stack.base))
        expect([what, headers.get('strict-transport-security')]).toEqual([what, expected])
  })
})

describe('a page of another origin', () => {
  const ask = (api: Api, method: string, origin: string, headers: Record<string, string> = {}) =>
    fetch(`${api.stack.base}/douyin/feed/`, { method, headers: { origin, ...headers } })
  const requestHeaders = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  const allowed = (response: Response) =>
    [...response.headers.keys()].filter((name) => name.startsWith('access-control-'))

  test('cannot read an answer by default, whatever its origin', async () => {
    for (const origin of [friend, 'https://evil.com', 'null', '*', closed.stack.base])
      for (const method of ['GET', 'OPTIONS'])
        expect(allowed(await ask(closed, method, origin, requestHeaders))).toEqual([])
  })

  test('can read and send if its origin is in the list, without credentials', async () => {
    const read = await ask(open, 'GET', friend)
    expect(read.headers.get('access-control-allow-origin')).toBe(friend)
    expect(read.headers.get('access-control-allow-credentials')).toBeNull()
    expect(read.headers.get('vary')).toContain('origin')
    const preflight = await ask(open, 'OPTIONS', friend, requestHeaders)
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, friend])
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
  })

  test('cannot read an answer if its origin only resembles one in the list', async () => {
    const others = [
      'https://friend.example.org.evil.com',
      'https://evilfriend.example.org',
      'http://friend.example.org',
    ]
    for (const origin of [...others, 'https://friend.example.org:8443', 'null', '*'])
      for (const method of ['GET', 'OPTIONS'])
        expect(allowed(await ask(open, method, origin, requestHeaders))).toEqual([])
  })

  test('cannot be allowed by a wildcard or an invalid origin: the service does not start', async () => {
    for (const CORS_ORIGINS of ['*', 'https://*.example.org', 'friend.example.org', 'https://friend.example.org/']) {
      const child = Bun.spawn([process.execPath, 'web-srv/src/main.ts'], {
        cwd: `${import.meta.dir}/../..`,
        env: { PATH: process.env.PATH, CORS_ORIGINS, MEDIA_DIR: closed.stack.mediaDir, WEB_PORT: '0' },
        stderr: 'pipe',
      })
      expect([CORS_ORIGINS, await child.exited]).toEqual([CORS_ORIGINS, 78])
      expect(await new Response(child.stderr).text()).toContain('CORS_ORIGINS')
    }
  })
})

describe('input in the head of a request', () => {
  test('is never in the head of the answer, and cannot split it', async () => {
    const injected = [
      'x%0d%0aset-cookie:%20canary=1',
      'x%0aset-cookie:%20canary=1',
      '%E5%98%8A%E5%98%8Dset-cookie:canary',
    ]
    for (const value of injected) {
      const answer = await sendRaw(
        closed.stack.base,
        `GET /douyin/feed/?latest_time=${value}&token=${value} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      )
      expect(answer.split('\r\n\r\n')[0]).not.toMatch(/canary|set-cookie/i)
    }
  })

  test('such as a forged Host is never in a URL of the answer', async () => {
    const answer = await request(open.stack.base, 'GET /douyin/feed/', ['x-forwarded-host: evil.com'])
    expect(answer.text).not.toContain('evil.com')
    const raw = 'GET /douyin/feed/ HTTP/1.1\r\nhost: evil.com\r\nconnection: close\r\n\r\n'
    expect(await sendRaw(closed.stack.base, raw)).not.toContain('evil.com')
  })

  test('such as TRACE or another unsupported method is rejected', async () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'PUT', 'PATCH', 'DEBUG'])
      expect(
        await sendRaw(
          closed.stack.base,
          `${method} /douyin/feed/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
        ),
      ).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/)
    success(await closed.get('/feed/'))
  })
})
