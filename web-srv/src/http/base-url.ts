import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Used when the host that the caller reached is unknown. RFC 2606 reserves `.invalid`, so nobody can own this name. */
export const unknownOrigin = 'http://unknown.invalid'

/**
 * The prefix of the URLs in responses: PUBLIC_BASE_URL if set, else the origin of the request as request-url.ts left
 * it. If the origin is unknown, the prefix is empty: a path alone works whichever name the caller uses.
 */
export function baseUrls(configured: string | undefined): (request: Request) => string {
  if (configured) return () => configured
  return ({ url }) => {
    const origin = url.slice(0, url.indexOf('/', 'https://'.length))
    if (origin === unknownOrigin) return ''
    // request-url.ts pads the port of a short origin with zeros, which must not reach the client.
    return origin.includes(':0') ? new URL(origin).origin : origin
  }
}

/** Ranges not routed on the internet: RFC 1918, 3927, 4193, 4291, 6598 (carrier networks, VPNs such as Tailscale). */
const privateRanges = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified']
/** RFC 6761, 6762, 8375, and the suffixes that ICANN and home routers reserve. A single-label name is local, too. */
const privateNames = /^[\w-]+\.?$|\.(localhost|local|home\.arpa|lan|internal)\.?$/i

/** True if nobody on the public internet can own this host. `hostname` is in the form of URL.hostname. */
export function isPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) === 0 ? privateNames.test(hostname) : privateRanges.includes(ipaddr.process(address).range())
}
