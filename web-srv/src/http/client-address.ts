import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { forwarded, type Hop, xForwarded } from './forwarded.ts'

/** Whose request it is, for whatever counts by address. */
export type AddressOf = (request: Request, socketAddress: string | undefined) => string

/**
 * The address at the other end of the connection; behind a proxy of ours the one that this proxy saw. Anyone else who
 * sends such a header made it up. Of an IPv6 address its network, as a house has one of 2^64.
 */
export function clientAddresses(trusted: BlockList): AddressOf {
  // Every read of a guest is counted by it.
  if (trusted.rules.length === 0) return (_, socketAddress) => network(plain(socketAddress ?? 'unknown'))
  return ({ headers }, socketAddress) => network(clientOf(headers, socketAddress, trusted).address)
}

/** The client, and what the proxy of ours that is nearest to it told; without such a proxy only the address. */
export function clientOf(
  headers: Headers,
  socketAddress: string | undefined,
  trusted: BlockList,
): Hop & { address: string; proxied: boolean } {
  const peer = plain(socketAddress ?? 'unknown')
  if (!isIn(trusted, peer)) return { address: peer, proxied: false }
  const told = [xForwarded(headers), forwarded(headers)].filter((hops) => hops.length > 0)
  const [one = {}, other = one] = told.map((hops) => nearestToClient(hops, peer, trusted))
  // A proxy passes on what it does not know: of two kinds of headers that differ one is the client's own.
  const agreed = (key: keyof Hop) => (one[key] === other[key] ? one[key] : undefined)
  return { address: agreed('address') ?? peer, host: agreed('host'), proto: agreed('proto'), proxied: true }
}

/** Each proxy adds behind what it was told, so the last address that is none of ours is the client. */
function nearestToClient(hops: Hop[], peer: string, trusted: BlockList): Hop {
  let found: Hop = { address: peer }
  for (const { address, ...told } of hops.toReversed()) {
    if (!isIn(trusted, found.address ?? '')) break
    const next = plain(address ?? '')
    if (isIP(next) === 0) return { ...found, ...told }
    found = { ...told, address: next }
  }
  return found
}

/** Reads `10.0.0.0/8, 192.168.1.1, fd00::/8`; undefined if one of them is no address. */
export function addressList(text: string): BlockList | undefined {
  const list = new BlockList()
  for (const one of text.split(',').flatMap((part) => part.trim() || [])) {
    const version = isIP(one.split('/')[0] ?? '')
    const cidr = one.includes('/') ? one : `${one}/${version === 6 ? 128 : 32}`
    if (version === 0 || !ipaddr.isValidCIDR(cidr)) return undefined
    const [address, prefix] = ipaddr.parseCIDR(cidr)
    list.addSubnet(address.toString(), prefix, address.kind())
  }
  return list
}

export const isIn = (list: BlockList, address: string) =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** IPv4 in the clothes of IPv6 is IPv4. */
const plain = (address: string) => (isIP(address) === 6 ? ipaddr.process(address).toString() : address)

const network = (address: string) =>
  isIP(address) === 6 ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}/64` : address
