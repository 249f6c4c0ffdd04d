import { expect, test } from 'bun:test'
import { addressList, clientAddresses } from './client-address.ts'

const addressOf = (trusted: string, socket: string | undefined, forwarded?: string | Record<string, string>) => {
  const headers = typeof forwarded === 'string' ? { 'x-forwarded-for': forwarded } : forwarded
  return clientAddresses(addressList(trusted)!)(new Request('http://localhost/', { headers }), socket)
}

test('a header from a peer that is not trusted changes nothing: the address is that of the connection', () => {
  for (const forwarded of ['1.2.3.4', '127.0.0.1', '', ' , ,', 'unknown', '\u00e9'])
    expect(addressOf('', '203.0.113.9', forwarded)).toBe('203.0.113.9')
  expect(addressOf('10.0.0.0/8', '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9')
})

test('behind a trusted proxy it is the last address that is not a trusted proxy, whatever comes before it', () => {
  expect(addressOf('10.0.0.0/8', '10.0.0.2', '203.0.113.9')).toBe('203.0.113.9')
  expect(addressOf('10.0.0.0/8', '::ffff:10.0.0.2', '6.6.6.6, 203.0.113.9, 10.0.0.7')).toBe('203.0.113.9')
  expect(addressOf('10.0.0.0/8,fd00::/8', 'fd00::1', '6.6.6.6,203.0.113.9')).toBe('203.0.113.9')
})

test('a trusted proxy that sends no header, or an invalid one, counts as the client', () => {
  expect(addressOf('10.0.0.2', '10.0.0.2')).toBe('10.0.0.2')
  expect(addressOf('10.0.0.2', '10.0.0.2', '6.6.6.6, garbage')).toBe('10.0.0.2')
})

test('Forwarded works like X-Forwarded-For, and ports and brackets are not part of an address', () => {
  const proxied = (forwarded: string) => addressOf('10.0.0.0/8', '10.0.0.2', { forwarded })
  expect(proxied('for=203.0.113.9')).toBe('203.0.113.9')
  expect(proxied('for=6.6.6.6;host="a,b", For="203.0.113.9:4711";by=10.0.0.3, for=10.0.0.7')).toBe('203.0.113.9')
  expect(proxied('for="[2001:db8::1]:4711";proto=https')).toBe('2001:db8::/64')
  expect(addressOf('10.0.0.0/8', '10.0.0.2', '203.0.113.9:4711')).toBe('203.0.113.9')
  for (const nonsense of ['for=_hidden', 'for=unknown', 'for=', 'for="', '"', ';,;=', 'host=a', 'for="\\'])
    expect(proxied(nonsense)).toBe('10.0.0.2')
  expect(addressOf('', '203.0.113.9', { forwarded: 'for=1.2.3.4' })).toBe('203.0.113.9')
})

test('a client cannot choose its address with the kind of header that the proxy does not write', () => {
  const both = (xForwardedFor: string, forwardedFor: string) =>
    addressOf('10.0.0.0/8', '10.0.0.2', { 'x-forwarded-for': xForwardedFor, forwarded: `for=${forwardedFor}` })
  expect(both('203.0.113.9', '1.2.3.4')).toBe('10.0.0.2')
  expect(both('1.2.3.4', '203.0.113.9')).toBe('10.0.0.2')
  expect(both('203.0.113.9', '203.0.113.9')).toBe('203.0.113.9')
})

test('a header longer than any proxy writes is ignored, and the other kind of header is not believed instead', () => {
  expect(addressOf('10.0.0.0/8', '10.0.0.2', { forwarded: '"\\'.repeat(15_000) })).toBe('10.0.0.2')
  expect(addressOf('10.0.0.0/8', '10.0.0.2', { forwarded: 'for=1.2.3.4,'.repeat(5000) })).toBe('10.0.0.2')
  const long = { 'x-forwarded-for': `${'6.6.6.6,'.repeat(500)}203.0.113.9`, forwarded: 'for=1.2.3.4' }
  expect(addressOf('10.0.0.0/8', '10.0.0.2', long)).toBe('10.0.0.2')
})

test('all addresses of one IPv6 /64 network are one client', () => {
  expect(addressOf('', '2001:db8:0:1::1')).toBe('2001:db8:0:1::/64')
  expect(addressOf('', '2001:db8:0:1:ffff:1:2:3')).toBe('2001:db8:0:1::/64')
  expect(addressOf('', '2001:db8:0:2::1')).not.toBe(addressOf('', '2001:db8:0:1::1'))
  expect(addressOf('', '::1')).toBe('::/64')
})

test('a list that has anything but addresses and networks is invalid', () => {
  for (const wrong of ['10.0.0.0/33', 'proxy', '10.0.0.0/', '10.0.0.0/x', '::/129', '1.2.3']) {
    expect(addressList(wrong)).toBeUndefined()
  }
})
