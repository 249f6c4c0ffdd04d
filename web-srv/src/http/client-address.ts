import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { forwarded, type Hop, xForwarded } from './forwarded.ts'

/** The client address of a request, as rate limits and other per-address limits count it. */
export type AddressOf = (request: Request, socketAddress: string | undefined) => string

/**
 * The peer address of the connection, or behind a trusted proxy the client address that the proxy reports. Forwarding
 * headers from any other peer are ignored, since the client can forge them. An IPv6 address is reduced to its /64
 * network, since one household has 2^64 addresses.
 */
export function clientAddresses(trusted: BlockList): AddressOf {
  // Fast path: every read by a guest is counted by address.
  if (trusted.rules.length === 0) return (_, socketAddress) => network(plain(socketAddress ?? 'unknown'))
  return ({ headers }, socketAddress) => network(clientOf(headers, socketAddress, trusted).address)
}

/** The client address, and the host and protocol as the trusted proxy nearest to the client reports them. */
export function clientOf(
  headers: Headers,
  socketAddress: string | undefined,
  trusted: BlockList,
): Hop & { address: string; proxied: boolean } {
  const peer = plain(socketAddress ?? 'unknown')
  if (!isIn(trusted, peer)) return { address: peer, proxied: false }
  const chains = [xForwarded(headers), forwarded(headers)].filter((hops) => hops.length > 0)
  const [first = {}, second = first] = chains.map((hops) => nearestToClient(hops, peer, trusted))
  // A proxy passes on headers it does not know. If the two kinds disagree, the client forged one of them.
  const agreed = (key: keyof Hop) => (first[key] === second[key] ? first[key] : undefined)
  return { address: agreed('address') ?? peer, host: agreed('host'), proto: agreed('proto'), proxied: true }
}

/** Each proxy appends to the list it received, so the last address that is not a trusted proxy is the client. */
function nearestToClient(hops: Hop[], peer: string, trusted: BlockList): Hop {
  let hop: Hop = { address: peer }
  for (const { address, ...target } of hops.toReversed()) {
    if (!isIn(trusted, hop.address ?? '')) break
    const next = plain(address ?? '')
    if (isIP(next) === 0) return { ...hop, ...target }
    hop = { ...target, address: next }
  }
  return hop
}

/** Parses a list such as `10.0.0.0/8, 192.168.1.1, fd00::/8`. Returns undefined if any entry is invalid. */
export function addressList(text: string): BlockList | undefined {
  const list = new BlockList()
  for (const entry of text.split(',').flatMap((part) => part.trim() || [])) {
    const version = isIP(entry.split('/')[0] ?? '')
    const cidr = entry.includes('/') ? entry : `${entry}/${version === 6 ? 128 : 32}`
    if (version === 0 || !ipaddr.isValidCIDR(cidr)) return undefined
    const [address, prefix] = ipaddr.parseCIDR(cidr)
    list.addSubnet(address.toString(), prefix, address.kind())
  }
  return list
}

export const isIn = (list: BlockList, address: string) =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Converts an IPv4-mapped IPv6 address to IPv4. */
const plain = (address: string) => (isIP(address) === 6 ? ipaddr.process(address).toString() : address)

const network = (address: string) =>
  isIP(address) === 6 ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}/64` : address
