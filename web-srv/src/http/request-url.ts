import type { BlockList } from 'node:net'
import { isPrivate, unknownOrigin } from './base-url.ts'
import { clientOf } from './client-address.ts'

/** Gives a request the URL that its caller called, before anything reads it. */
export type FixUrl = (request: Request, peerOf: (request: Request) => string | undefined) => void

export interface RequestUrlOptions {
  /** Any name will do, since no URL is made of it: PUBLIC_BASE_URL is given. */
  any?: boolean
  /** Proxies that are believed when they say by which name and protocol they were called. */
  proxies?: BlockList
  /** Called when a name is neither private nor told by such a proxy. */
  onUnknown?: (host: string) => void
}

/**
 * Bun makes `request.url` of the Host as it comes: there may be none, or one that no URL can have, and the rest of this
 * service needs a URL. A Host is believed if it is private or a proxy of ours passes it; another gives the URL of an
 * unknown host. The request stays the same object, which is how Bun knows its connection.
 */
export function requestUrlFixer({ any = false, proxies, onUnknown }: RequestUrlOptions = {}): FixUrl {
  // Nearly all call the same origin, which needs no second look. `\n` is in no URL.
  let usual = '\n'
  return (request, peerOf) => {
    const { url } = request
    if (url.startsWith(usual)) return
    const told = proxies && clientOf(request.headers, peerOf(request), proxies)
    const origin = longEnough(told?.proxied ? originTold(request, told) : originCalled(url))
    if (!url.startsWith(`${origin}/`)) Object.defineProperty(request, 'url', { value: origin + pathOf(url) })
    else if (!proxies) usual = `${origin}/`
  }

  function originCalled(url: string): string {
    const found = parse(url)
    if (!found) return unknownOrigin
    if (any || isPrivate(found.hostname)) return found.origin
    onUnknown?.(found.host)
    return unknownOrigin
  }
}

/** Elysia looks for the path from the twelfth character on (elysia#748), so a short origin gets its port, and zeros. */
function longEnough(origin: string): string {
  if (origin.length >= 'http://a.bc'.length) return origin
  const { protocol, hostname, port } = new URL(origin)
  return `${protocol}//${hostname}:${(port || (protocol === 'https:' ? '443' : '80')).padStart(5, '0')}`
}

/** Of a proxy that passes its own name for the one that was called, the client's address tells: it is a public one. */
function originTold({ headers }: Request, { host, proto, address }: ReturnType<typeof clientOf>): string {
  const name = host ?? headers.get('host') ?? ''
  const found = hostAndPort.test(name) ? parse(`${proto === 'https' ? 'https' : 'http'}://${name}`) : undefined
  const isInner = found && host === undefined && isPrivate(found.hostname) && !isPrivate(address)
  return found && !isInner ? found.origin : unknownOrigin
}

const hostAndPort = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i

const parse = (url: string) => (/^https?:\/\//.test(url) ? (URL.parse(url) ?? undefined) : undefined)

function pathOf(url: string): string {
  if (/^https?:\/\//.test(url)) return url.slice(url.indexOf('/', 'https://'.length))
  return url.startsWith('/') ? url : `/${url}`
}
