import { expect, test } from 'bun:test'
import { baseUrls, isPrivate, unknownOrigin } from './base-url.ts'

test.each([
  ...['localhost', 'video.localhost', '127.0.0.1', '0.0.0.0', '[::1]'],
  ...['192.168.1.7', '10.0.0.2', '172.31.255.1', '169.254.3.4', '[fd00::7]', '[fe80::1]', '[::ffff:a00:1]'],
  ...['100.64.0.1', '100.100.3.4', '100.127.255.255'],
  ...[
    'a',
    'pi',
    'nas',
    'my-nas',
    'nas.',
    'nas.local',
    'NAS.LOCAL',
    'box.home.arpa',
    'tv.lan',
    'web.internal',
    'a.local.',
  ],
])('%s is private', (host) => expect(isPrivate(host)).toBe(true))

test.each([
  ...['evil.com', 'localhost.evil.com', '10.evil.com', 'nas.local.evil.com', 'evillocal.com', 'local.com', 'arpa.com'],
  ...['172.32.0.1', '8.8.8.8', '100.63.255.255', '100.128.0.0', '[2001:db8::1]', '[::ffff:808:808]'],
  ...['192.168.1.7.evil.com', 'unknown.invalid', 'a.b', 'evil.com.', '..', ''],
])('%s is not private', (host) => expect(isPrivate(host)).toBe(false))

const requestTo = (origin: string) => new Request(`${origin}/douyin/feed/`)

test('URLs begin with the origin of each request, and are paths if that is unknown', () => {
  const baseOf = baseUrls(undefined)
  const origins = ['http://localhost:8080', 'http://a', 'https://v.example.org', 'http://[::1]:8080']
  expect(origins.map((origin) => baseOf(requestTo(origin)))).toEqual(origins)
  expect(baseOf(requestTo('http://nas:00080'))).toBe('http://nas')
  expect(baseOf(requestTo(unknownOrigin))).toBe('')
})

test('a configured base URL is used whichever host was called', () => {
  const baseOf = baseUrls('https://video.example.org')
  for (const origin of ['http://localhost', unknownOrigin])
    expect(baseOf(requestTo(origin))).toBe('https://video.example.org')
})
