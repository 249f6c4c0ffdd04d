import { describe, expect, test } from 'bun:test'
import { calledNames } from './called-names.ts'
import { addressList } from './client-address.ts'

interface Settings {
  base?: string
  proxies?: string
  inProduction?: boolean
}

/** Takes requests, and gives what the log has of them. */
function installation({ base, proxies = '', inProduction = true }: Settings) {
  const lines: string[] = []
  const warnings: string[] = []
  const log = {
    info: (_: object, text: string) => void lines.push(text),
    warn: (fields: object, text: string) => void warnings.push(`${JSON.stringify(fields)} ${text}`),
  }
  const settings = { PUBLIC_BASE_URL: base, TRUSTED_PROXIES: addressList(proxies)! }
  const fixUrl = calledNames(settings, log as never, inProduction)
  const call = (host: string, peer: string, headers: Record<string, string> = {}) =>
    fixUrl(new Request(`http://${host}/douyin/feed/`, { headers }), () => peer)
  return { lines, warnings, call }
}

test('at start the log says what URLs will begin with', () => {
  expect(installation({ base: 'https://v.example.org' }).lines).toEqual(['URLs in answers begin with PUBLIC_BASE_URL'])
  expect(installation({}).lines).toEqual([expect.stringContaining('begin with the host that was called')])
})

describe('production without PUBLIC_BASE_URL', () => {
  test('says once, and not again, that it was called by a public name', () => {
    const { warnings, call } = installation({})
    call('nas.local', '203.0.113.9')
    expect(warnings).toEqual([])
    for (const host of ['v.example.org', 'w.example.org', 'v.example.org']) call(host, '203.0.113.9')
    expect(warnings).toEqual([expect.stringMatching(/"v\.example\.org".*set PUBLIC_BASE_URL/)])
  })

  test('says nothing where the name is configured, told by a proxy of its own, or where it is no production', () => {
    for (const settings of [{ base: 'https://v.example.org' }, { proxies: '10.0.0.1' }, { inProduction: false }]) {
      const { warnings, call } = installation(settings)
      call('v.example.org', '10.0.0.1', settings.proxies ? { 'x-forwarded-for': '203.0.113.9' } : {})
      expect(warnings).toEqual([])
    }
  })
})
