import type { BlockList } from 'node:net'
import { padOrigin } from '@douyin/upstream'
import { isPrivate, unknownOrigin } from './base-url.ts'
import { clientOf } from './client-address.ts'

/** Replaces `request.url` by the URL that the caller called, before anything else reads it. */
export type FixUrl = (request: Request, peerOf: (request: Request) => string | undefined) => void

export interface RequestUrlOptions {
  /** Accept any host: PUBLIC_BASE_URL is set, so no URL in a response is made from the host. */
  any?: boolean
  /** Proxies whose forwarded host and protocol are trusted. */
  proxies?: BlockList
  /** Called when a host is neither private nor forwarded by such a proxy. */
  onUnknown?: (host: string) => void
}

/**
 * Bun builds `request.url` from the Host header unchecked. The header may be missing or invalid in a URL, but the rest
 * of this service needs a valid URL. A host is trusted if it is private or a trusted proxy forwards it; any other host
 * is replaced by `unknownOrigin`. The request object stays the same, since Bun finds the connection by it.
 */
export function requestUrlFixer({ any = false, proxies, onUnknown }: RequestUrlOptions = {}): FixUrl {
  // Fast path: nearly all requests have the same origin. `\n` is in no URL.
  let lastOrigin = '\n'
  return (request, peerOf) => {
    const { url } = request
    if (url.startsWith(lastOrigin)) return
    const hop = proxies && clientOf(request.headers, peerOf(request), proxies)
    const origin = padOrigin(hop?.proxied ? forwardedOrigin(request, hop) : directOrigin(url))
    if (!url.startsWith(`${origin}/`)) Object.defineProperty(request, 'url', { value: origin + pathOf(url) })
    else if (!proxies) lastOrigin = `${origin}/`
  }

  function directOrigin(url: string): string {
    const parsed = parse(url)
    if (!parsed) return unknownOrigin
    if (any || isPrivate(parsed.hostname)) return parsed.origin
    onUnknown?.(parsed.host)
    return unknownOrigin
  }
}

/** A private Host with a public client address is the proxy's own name, not the one that the client called. */
function forwardedOrigin({ headers }: Request, { host, proto, address }: ReturnType<typeof clientOf>): string {
  const name = host ?? headers.get('host') ?? ''
  const parsed = hostAndPort.test(name) ? parse(`${proto === 'https' ? 'https' : 'http'}://${name}`) : undefined
  const isInner = parsed && host === undefined && isPrivate(parsed.hostname) && !isPrivate(address)
  return parsed && !isInner ? parsed.origin : unknownOrigin
}

const hostAndPort = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i

const parse = (url: string) => (/^https?:\/\//.test(url) ? (URL.parse(url) ?? undefined) : undefined)

function pathOf(url: string): string {
  if (/^https?:\/\//.test(url)) return url.slice(url.indexOf('/', 'https://'.length))
  return url.startsWith('/') ? url : `/${url}`
}
