import type { BlockList } from 'node:net'
import type { Log } from '@douyin/process'
import { isPrivate } from './base-url.ts'
import { isIn } from './client-address.ts'

/** After so many requests without a sign of a proxy none is looked for. */
const looksAt = 1000
const probes = /\/(?:healthz|readyz)(?:\?|$)/

/**
 * Looks at the first requests for a proxy that nobody named in TRUSTED_PROXIES, which makes one client of all people
 * behind it, and says so once: a private address that forwards, or that sends all there is.
 */
export function unlistedProxyDetector(trusted: BlockList, log: Pick<Log, 'warn'>, most = looksAt) {
  let left = most
  const peers = new Set<string>()

  function tell(address: string, sign: string): void {
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
    // More than one says as much as many.
    if (peers.size < 2) peers.add(peer)
    if (isUnlisted && isForwarded(request)) tell(peer, 'an address that is not in TRUSTED_PROXIES forwards requests')
    else if (left === 0 && peers.size === 1 && isUnlisted && !isLoopback(peer))
      tell(peer, `the first ${most} requests all come from one private address`)
  }
}

const isForwarded = ({ headers }: Request) => headers.has('x-forwarded-for') || headers.has('forwarded')
const isLoopback = (address: string) => /^127\.|^::1$/.test(address)
