import type { BlockList } from 'node:net'
import type { Log } from '@douyin/process'
import { isPrivate } from './base-url.ts'
import { isIn } from './client-address.ts'

/** The number of requests after which the detector stops. */
const defaultMaxRequests = 1000
const probes = /\/(?:healthz|readyz)(?:\?|$)/

/**
 * Examines the first requests for a proxy that is missing in TRUSTED_PROXIES, since all people behind it would count as
 * one client. Warns once, if a private address sends a forwarding header or sends all of these requests.
 */
export function unlistedProxyDetector(trusted: BlockList, log: Pick<Log, 'warn'>, maxRequests = defaultMaxRequests) {
  let left = maxRequests
  const peers = new Set<string>()

  function warn(address: string, sign: string): void {
    left = 0
    log.warn(
      { address },
      `${sign}: if it is a proxy, name it in TRUSTED_PROXIES, or all people behind it share the rate limits of one address`,
    )
  }

  return (request: Request, peerOf: (request: Request) => string | undefined): void => {
    if (left === 0 || probes.test(request.url)) return
    left--
    const peer = peerOf(request)?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''
    const isUnlisted = peer !== '' && isPrivate(peer) && !isIn(trusted, peer)
    // Two addresses are enough to rule out a single one.
    if (peers.size < 2) peers.add(peer)
    if (isUnlisted && isForwarded(request)) warn(peer, 'an address that is not in TRUSTED_PROXIES forwards requests')
    else if (left === 0 && peers.size === 1 && isUnlisted && !isLoopback(peer))
      warn(peer, `the first ${maxRequests} requests all come from one private address`)
  }
}

const isForwarded = ({ headers }: Request) => headers.has('x-forwarded-for') || headers.has('forwarded')
const isLoopback = (address: string) => /^127\.|^::1$/.test(address)
