import { describe, expect, test } from 'bun:test'
import { addressList } from './client-address.ts'
import { publicOrigin } from './public-origin.ts'
import { unlistedProxyDetector } from './unlisted-proxy.ts'

interface Settings {
  base?: string
  proxies?: string
  inProduction?: boolean
}

/** An installation with these settings, and what it logs. */
function installation({ base, proxies = '', inProduction = true }: Settings) {
  const lines: string[] = []
  const warnings: string[] = []
  const log = {
    info: (_: object, text: string) => void lines.push(text),
    warn: (fields: object, text: string) => void warnings.push(`${JSON.stringify(fields)} ${text}`),
  }
  const settings = { PUBLIC_BASE_URL: base, TRUSTED_PROXIES: addressList(proxies)! }
  const fixUrl = publicOrigin(settings, log as never, inProduction)
  const call = (host: string, peer: string, headers: Record<string, string> = {}) =>
    fixUrl(new Request(`http://${host}/douyin/feed/`, { headers }), () => peer)
  return { lines, warnings, call }
}

test('the log says at start what URLs begin with', () => {
  expect(installation({ base: 'https://v.example.org' }).lines).toEqual(['URLs in answers begin with PUBLIC_BASE_URL'])
  expect(installation({}).lines).toEqual([expect.stringContaining('begin with the host that was called')])
})

describe('production without PUBLIC_BASE_URL', () => {
  test('warns exactly once that it was called by a public name', () => {
    const { warnings, call } = installation({})
    call('nas.local', '203.0.113.9')
    expect(warnings).toEqual([])
    for (const host of ['v.example.org', 'w.example.org', 'v.example.org']) call(host, '203.0.113.9')
    expect(warnings).toEqual([expect.stringMatching(/"v\.example\.org".*set PUBLIC_BASE_URL/)])
  })

  test('does not warn if the name is configured or comes from a trusted proxy, or outside production', () => {
    for (const settings of [{ base: 'https://v.example.org' }, { proxies: '10.0.0.1' }, { inProduction: false }]) {
      const { warnings, call } = installation(settings)
      call('v.example.org', '10.0.0.1', settings.proxies ? { 'x-forwarded-for': '203.0.113.9' } : {})
      expect(warnings).toEqual([])
    }
  })
})

describe('a proxy that is not in TRUSTED_PROXIES', () => {
  test('is logged once, with its address, when it forwards a request', () => {
    const forwards: Record<string, string>[] = [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }]
    for (const headers of forwards) {
      for (const peer of ['10.0.0.7', '127.0.0.1', '::ffff:172.17.0.1', '::1']) {
        const { warnings, call } = installation({ proxies: '10.0.0.1' })
        for (let i = 0; i < 3; i++) call('nas.local', peer, headers)
        expect(warnings).toEqual([expect.stringContaining('TRUSTED_PROXIES')])
        expect(warnings[0]).toContain(peer.replace('::ffff:', ''))
      }
    }
  })

  test('is not suspected behind a trusted address or a public one, or outside production', () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.9' }
    const named = installation({ proxies: '10.0.0.1' })
    named.call('nas.local', '10.0.0.1', forwarded)
    named.call('nas.local', '203.0.113.9', forwarded)
    const developed = installation({ inProduction: false })
    developed.call('nas.local', '10.0.0.1', forwarded)
    expect([...named.warnings, ...developed.warnings]).toEqual([])
  })

  test('is suspected if all of the first requests, without probes, come from one private address', () => {
    const tryWith = (peers: string[], path = '/douyin/feed/') => {
      const warnings: string[] = []
      const look = unlistedProxyDetector(
        addressList('')!,
        { warn: (_: object, text: string) => warnings.push(text) } as never,
        4,
      )
      for (const peer of peers) look(new Request(`http://localhost${path}`), () => peer)
      return warnings
    }
    const four = (peer: string) => Array<string>(4).fill(peer)
    expect(tryWith(four('172.17.0.1'))).toEqual([expect.stringContaining('the first 4 requests all come from one')])
    expect(tryWith([...four('172.17.0.1'), ...four('172.17.0.1')])).toHaveLength(1)
    for (const others of [four('127.0.0.1'), four('203.0.113.9'), ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.1']])
      expect(tryWith(others)).toEqual([])
    expect(tryWith(four('172.17.0.1'), '/readyz')).toEqual([])
  })
})
