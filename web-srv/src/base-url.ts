import { isIP } from 'node:net'

/**
 * Where the caller's phone finds our files: PUBLIC_BASE_URL, else the Host it called if that is this machine or a
 * private address. Any other Host is a name that somebody made up; it is never sent back.
 */
export function baseUrls(configured: string | undefined, fallback: string): (request: Request) => string {
  if (configured) return () => configured
  const find = (url: string) => {
    const { host, hostname, protocol } = new URL(url)
    return isPrivate(hostname) ? `${protocol}//${host}` : fallback
  }
  // Nearly all call the same one.
  let last = { origin: '', base: fallback }
  return ({ url }) => {
    const origin = url.slice(0, url.indexOf('/', 'https://'.length))
    if (origin !== last.origin) last = { origin, base: find(url) }
    return last.base
  }
}

/** localhost, or an address that no stranger on the internet can have (RFC 1918, 4193, 3927, 4291). */
export function isPrivate(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) === 6) return address === '::1' || /^(f[cd]|fe[89ab])/i.test(address)
  if (isIP(address) !== 4) return false
  const [a = 0, b = 0] = address.split('.').map(Number)
  return (
    a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)
  )
}
