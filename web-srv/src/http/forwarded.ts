/** What a proxy tells of the request that it passes on: who sent it, to which host, by which protocol. */
export interface Hop {
  address?: string
  host?: string
  proto?: string
}

/** No proxy writes more, and the time to read it grows faster than its length. A longer one says nothing. */
const longestHeader = 2000

/** X-Forwarded-For, -Host, -Proto and -Port as hops, the nearest last. A header with fewer values stands for all hops. */
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
  if (text.length > longestHeader) return [{}]
  return (text.match(/(?:[^,"]|"(?:\\.|[^"\\])*")+/g) ?? []).map((element) => {
    const pairs = [...element.matchAll(/([\w-]+)=("(?:\\.|[^"\\])*"|[^;\s]*)/g)]
    const told = new Map(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), unquoted(value)]))
    return { address: withoutPort(told.get('for')), host: told.get('host'), proto: told.get('proto')?.toLowerCase() }
  })
}

const list = (header: string | null) =>
  (header ?? '').length > longestHeader ? [''] : (header ?? '').split(',').flatMap((one) => one.trim() || [])

const unquoted = (value: string) => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value)

/** `192.0.2.60:4711` and `[2001:db8::1]:4711`, as some proxies write it. */
const withoutPort = (address: string | undefined) =>
  /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(address ?? '')?.[1] ?? /^([\d.]+):\d+$/.exec(address ?? '')?.[1] ?? address

/** 80 and 443 say nothing: they go with their protocol, or are the port of an inner hop. */
const withPort = (host: string | undefined, port: string | undefined) =>
  host && port && !/:\d+$/.test(host) && !['80', '443'].includes(port) ? `${host}:${port}` : host
