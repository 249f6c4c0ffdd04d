/** A proxy's report about a request that it forwards: the sender, the host and the protocol. */
export interface Hop {
  address?: string
  host?: string
  proto?: string
}

/** Characters. A longer header is ignored: no proxy writes one, and parse time grows faster than length. */
const maxHeaderLength = 2000

/** X-Forwarded-For, -Host, -Proto and -Port as hops, the nearest last. A single value applies to all hops. */
export function xForwarded(headers: Headers): Hop[] {
  const read = (name: string) => list(headers.get(`x-forwarded-${name}`))
  const [addresses, hosts, protos, ports] = [read('for'), read('host'), read('proto'), read('port')]
  const count = addresses.length || Math.min(1, hosts.length + protos.length)
  const at = (values: string[], i: number) => values[Math.max(0, values.length - count + i)]
  return Array.from({ length: count }, (_, i) => ({
    address: withoutPort(addresses[i]),
    host: withPort(at(hosts, i), at(ports, i)),
    proto: at(protos, i)?.toLowerCase(),
  }))
}

/** RFC 7239: `Forwarded: for=192.0.2.60;proto=https;host=a.example, for="[2001:db8::1]:4711"`. */
export function forwarded(headers: Headers): Hop[] {
  const text = headers.get('forwarded') ?? ''
  if (text.length > maxHeaderLength) return [{}]
  return (text.match(/(?:[^,"]|"(?:\\.|[^"\\])*")+/g) ?? []).map((element) => {
    const pairs = [...element.matchAll(/([\w-]+)=("(?:\\.|[^"\\])*"|[^;\s]*)/g)]
    const parameters = new Map(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), unquoted(value)]))
    return {
      address: withoutPort(parameters.get('for')),
      host: parameters.get('host'),
      proto: parameters.get('proto')?.toLowerCase(),
    }
  })
}

const list = (header: string | null) =>
  (header ?? '').length > maxHeaderLength ? [''] : (header ?? '').split(',').flatMap((value) => value.trim() || [])

const unquoted = (value: string) => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value)

/** Some proxies write the port: `192.0.2.60:4711` or `[2001:db8::1]:4711`. */
const withoutPort = (address: string | undefined) =>
  /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(address ?? '')?.[1] ?? /^([\d.]+):\d+$/.exec(address ?? '')?.[1] ?? address

/** Ports 80 and 443 are dropped: each is the default of its protocol, or the port of an inner hop. */
const withPort = (host: string | undefined, port: string | undefined) =>
  host && port && !/:\d+$/.test(host) && !['80', '443'].includes(port) ? `${host}:${port}` : host
