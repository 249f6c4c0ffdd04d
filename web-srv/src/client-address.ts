import { BlockList, isIP } from 'node:net'

/** Whose request it is, for whatever counts by address. */
export type AddressOf = (request: Request, socketAddress: string | undefined) => string

/**
 * The address at the other end of the connection; behind a proxy of ours the one that this proxy saw, from
 * X-Forwarded-For. Whoever else sends that header made it up. Of an IPv6 address its network, as a house has one of 2^64.
 */
export function clientAddresses(trusted: BlockList): AddressOf {
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, family(address))
  return ({ headers }, socketAddress) => {
    const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()))
    // Each proxy adds behind what it was told, so the last that is none of ours is the client.
    const path = [...hops.filter((hop) => hop !== ''), plain(socketAddress ?? 'unknown')]
    let client = path.length - 1
    while (client > 0 && isTrusted(path[client]!) && isIP(path[client - 1]!) !== 0) client--
    return network(path[client]!)
  }
}

/** Reads `10.0.0.0/8, 192.168.1.1, fd00::/8`; undefined if one of them is no address. */
export function addressList(text: string): BlockList | undefined {
  const list = new BlockList()
  for (const one of text.split(',').map((part) => part.trim())) {
    if (one === '') continue
    const [address = '', bits] = one.split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (!(most > 0 && prefix <= most)) return undefined
    list.addSubnet(address, prefix, family(address))
  }
  return list
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** IPv4 in the clothes of IPv6 is IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')

function network(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) => Number.parseInt(group, 16))
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}
