import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Stands where it is not known by which name a caller reaches us: RFC 2606 keeps it from ever being anybody's. */
export const unknownOrigin = 'http://unknown.invalid'

/**
 * What the URLs in answers begin with: PUBLIC_BASE_URL, else the origin that was called, as request-url.ts left it in
 * the request. If it is unknown, nothing: a path alone is right by whatever name the caller reaches us.
 */
export function baseUrls(configured: string | undefined): (request: Request) => string {
  if (configured) return () => configured
  return ({ url }) => {
    const origin = url.slice(0, url.indexOf('/', 'https://'.length))
    if (origin === unknownOrigin) return ''
    // A short one has a port with zeros, which nobody called: see request-url.ts.
    return origin.includes(':0') ? new URL(origin).origin : origin
  }
}

/** What is nobody's on the internet: RFC 1918, 3927, 4193, 4291, 6598 (of a provider or a VPN such as Tailscale). */
const privateRanges = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified']
/** RFC 6761, 6762, 8375, and what ICANN and home routers keep for it. A name of one label is of the network as well. */
const privateNames = /^[\w-]+\.?$|\.(localhost|local|home\.arpa|lan|internal)\.?$/i

/** A host that no stranger on the internet can have, as URL.hostname gives it. */
export function isPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) === 0 ? privateNames.test(hostname) : privateRanges.includes(ipaddr.process(address).range())
}
