import { expect, test } from 'bun:test'
import { baseUrls } from './base-url.ts'

const called = (host: string) => new Request(`http://${host}/douyin/feed/`)

test.each([
  'localhost:8080',
  '127.0.0.1:8080',
  '192.168.1.7:8080',
  '10.0.0.2',
  '172.31.255.1',
  '[::1]:8080',
  '[fd00::7]',
])('a caller at %s gets URLs that begin so', (host) =>
  expect(baseUrls(undefined, 'http://fallback')(called(host))).toBe(`http://${host}`),
)

test.each([
  'evil.com',
  'localhost.evil.com',
  '10.evil.com',
  '172.32.0.1',
  '8.8.8.8',
  '[2001:db8::1]',
  '192.168.1.7.evil.com',
])('the Host %s is never sent back', (host) =>
  expect(baseUrls(undefined, 'http://fallback')(called(host))).toBe('http://fallback'),
)

test('callers of different Hosts each get their own, in turn', () => {
  const baseOf = baseUrls(undefined, 'http://fallback')
  const hosts = ['localhost:8080', '10.0.0.2', 'evil.com', '10.0.0.2', 'localhost:8080']
  const bases = [
    'http://localhost:8080',
    'http://10.0.0.2',
    'http://fallback',
    'http://10.0.0.2',
    'http://localhost:8080',
  ]
  expect(hosts.map((host) => baseOf(called(host)))).toEqual(bases)
})

test('a configured base stands whatever Host was called', () => {
  expect(baseUrls('https://video.example.org', 'http://fallback')(called('localhost'))).toBe(
    'https://video.example.org',
  )
})
