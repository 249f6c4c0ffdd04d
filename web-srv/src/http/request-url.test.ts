import { describe, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { addressList } from './client-address.ts'
import { type RequestUrlOptions, requestUrlFixer } from './request-url.ts'

const path = '/douyin/feed/?latest_time=1&u=http://x/y'
const proxies = addressList('10.0.0.0/8')!

/** The fixed URL of a request that has this URL and these headers and comes from this address. */
function fixed(
  url: string,
  options: RequestUrlOptions = {},
  headers: Record<string, string> = {},
  peer = '203.0.113.9',
): string {
  const request = new Request('http://localhost/', { headers })
  Object.defineProperty(request, 'url', { value: url, configurable: true })
  requestUrlFixer(options)(request, () => peer)
  return request.url
}

test('a request to a private host stays unchanged', () => {
  for (const host of ['localhost:8080', 'nas1', 'nas:8080', '[::1]:8080', '100.64.3.4']) {
    const request = new Request(`http://${host}${path}`)
    requestUrlFixer()(request, () => undefined)
    expect([request.url, Object.hasOwn(request, 'url')]).toEqual([`http://${host}${path}`, false])
  }
})

test('a short host gets a zero-padded port, so the path begins where Elysia searches it, and the URL means the same', () => {
  for (const host of ['a', 'pi', 'nas', 'a:8', 'a:0']) {
    const url = fixed(`http://${host}${path}`)
    expect([new URL(url).href, url.indexOf('/', 11)]).toEqual([
      new URL(`http://${host}${path}`).href,
      url.indexOf(path),
    ])
  }
})

// If this fails after an update, that is good news: see upstream/README.md.
test('Elysia finds no path after a short host, and with standardHostname: false none after https', async () => {
  const statusOf = async (origin: string, handler = {}) =>
    (await new Elysia({ handler }).get('/x', 'found').handle(new Request(`${origin}/x`))).status
  expect(await statusOf('http://localhost')).toBe(200)
  expect(await statusOf('http://nas')).toBe(404)
  expect(await statusOf('https://localhost', { standardHostname: false })).toBe(404)
})

test('without a valid Host the URL has the unknown host and the same path', () => {
  const odd = [
    path,
    `http://[${path}`,
    `http://:80${path}`,
    `http://a:b${path}`,
    `http://a:99999${path}`,
    `http://%${path}`,
  ]
  for (const url of odd) expect(fixed(url)).toBe(`http://unknown.invalid${path}`)
  expect(fixed('//evil/x')).toBe('http://unknown.invalid//evil/x')
  expect(fixed('a:80')).toBe('http://unknown.invalid/a:80')
})

test('a public host is reported and replaced by the unknown host, unless any host is accepted', () => {
  const unknownHosts: string[] = []
  expect(fixed(`http://evil.example${path}`, { onUnknown: (host) => unknownHosts.push(host) })).toBe(
    `http://unknown.invalid${path}`,
  )
  expect(unknownHosts).toEqual(['evil.example'])
  expect(fixed(`http://evil.example${path}`, { any: true })).toBe(`http://evil.example${path}`)
  expect(fixed(`http://[${path}`, { any: true })).toBe(`http://unknown.invalid${path}`)
})

test('requests to different hosts keep their own host, in any order', () => {
  const fix = requestUrlFixer()
  const hosts = [
    'localhost:8080',
    '10.0.0.2',
    'evil.com',
    'localhost.evil.com',
    '10.0.0.2',
    'localhost:8080',
    'localhost',
  ]
  const hostsAfter = hosts.map((host) => {
    const request = new Request(`http://${host}/`)
    fix(request, () => undefined)
    return new URL(request.url).host
  })
  const unknown = 'unknown.invalid'
  expect(hostsAfter).toEqual([
    'localhost:8080',
    '10.0.0.2',
    unknown,
    unknown,
    '10.0.0.2',
    'localhost:8080',
    'localhost',
  ])
})

describe('a request through a trusted proxy', () => {
  const through = (headers: Record<string, string>, url = `http://10.0.0.1:8080${path}`) =>
    fixed(url, { proxies }, headers, '10.0.0.7').replace(path, '')
  const client = { 'x-forwarded-for': '203.0.113.9' }

  test('has the forwarded host, protocol and port, though the host is public', () => {
    const host = { 'x-forwarded-host': 'v.example.org' }
    expect(through({ ...client, ...host })).toBe('http://v.example.org')
    expect(through({ ...client, ...host, 'x-forwarded-proto': 'HTTPS' })).toBe('https://v.example.org')
    expect(through({ ...host, 'x-forwarded-proto': 'https' })).toBe('https://v.example.org')
    expect(through({ 'x-forwarded-host': 'a', 'x-forwarded-proto': 'https' })).toBe('https://a:00443')
    const port = { 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' }
    expect(through({ ...client, ...host, ...port })).toBe('https://v.example.org:8443')
    expect(through({ ...client, ...host, ...port, 'x-forwarded-port': '80' })).toBe('https://v.example.org')
    expect(through({ ...client, host: 'v.example.org', 'x-forwarded-proto': 'https' })).toBe('https://v.example.org')
  })

  test('may use the Forwarded header', () => {
    expect(through({ forwarded: 'for=203.0.113.9;proto=https;host=v.example.org' })).toBe('https://v.example.org')
    expect(through({ forwarded: 'For="[2001:db8::1]:4711"; Proto=https; Host="v.example.org:8443"' })).toBe(
      'https://v.example.org:8443',
    )
    expect(
      through({ forwarded: 'for=6.6.6.6;host=evil.example, for=203.0.113.9;proto=https;host=v.example.org' }),
    ).toBe('https://v.example.org')
    expect(through({ forwarded: 'for=203.0.113.9;host=v.example.org;proto=https, for=10.0.0.9;host=inner' })).toBe(
      'https://v.example.org',
    )
    expect(through({ forwarded: 'for=_hidden;host=v.example.org;proto=https' })).toBe('https://v.example.org')
  })

  test('is not believed where the two kinds of headers differ, since the client forged one of them', () => {
    const forged = { forwarded: 'for=203.0.113.9;host=evil.example;proto=http' }
    const real = { ...client, 'x-forwarded-host': 'v.example.org', 'x-forwarded-proto': 'https' }
    expect(through({ ...real, ...forged, host: 'v.example.org' })).toBe('http://v.example.org')
    expect(through({ ...real, forwarded: 'for=203.0.113.9;host=v.example.org;proto=https' })).toBe(
      'https://v.example.org',
    )
  })

  test('has the unknown host if the proxy sends its own private name for a public client', () => {
    expect(through({ ...client, host: 'app' })).toBe('http://unknown.invalid')
    expect(through({ ...client, host: '127.0.0.1:8080' })).toBe('http://unknown.invalid')
    expect(through({ 'x-forwarded-for': '192.168.1.9', host: 'nas' })).toBe('http://nas:00080')
  })

  test('has the unknown host if the forwarded host is invalid', () => {
    for (const host of ['evil.example/x', 'user@evil.example', 'a b', '[', '', 'a:b', '"', 'a#', 'x'.repeat(300)])
      expect(through({ ...client, 'x-forwarded-host': host, host: '' })).toBe('http://unknown.invalid')
  })

  test('from anyone else these headers change nothing', () => {
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' }
    for (const options of [{}, { proxies }])
      expect(fixed(`http://nas.local:8080${path}`, options, forged, '192.168.1.9')).toBe(`http://nas.local:8080${path}`)
    expect(fixed(`http://v.example.org${path}`, { proxies }, forged)).toBe(`http://unknown.invalid${path}`)
  })
})
