/** Defaults of every response, unless it sets its own: no scripts, no framing, no type sniffing, no referrer. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}
const httpsOnly = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
/** How long a browser may cache a preflight response. */
const preflightSeconds = 600

export interface BrowserOptions {
  /** Other origins whose scripts may read responses (CORS). */
  origins: readonly string[]
  /** True if clients reach this server by HTTPS only. */
  isHttps: boolean
}

/** Returns a function that sets the security and CORS headers of a response. */
export function securityHeaderSetter({ origins, isHttps }: BrowserOptions) {
  const defaults = Object.entries(isHttps ? { ...securityHeaders, ...httpsOnly } : securityHeaders)
  return (request: Request, { headers }: Response): void => {
    for (const [name, value] of defaults) if (!headers.has(name)) headers.set(name, value)
    if (origins.length === 0) return
    headers.append('vary', 'origin')
    const origin = request.headers.get('origin')
    if (origin === null || !origins.includes(origin)) return
    // Credentials are not allowed: tokens are parameters or headers, and there is no cookie.
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-expose-headers', 'retry-after, x-request-id')
  }
}

/** The response to an OPTIONS request if it is a CORS preflight of an allowed origin. */
export function preflight(request: Request, origins: readonly string[]): Response | undefined {
  const isPreflight = request.headers.has('access-control-request-method')
  if (!isPreflight || !origins.includes(request.headers.get('origin') ?? '')) return undefined
  const headers = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, range',
    'access-control-max-age': String(preflightSeconds),
  }
  return new Response(null, { status: 204, headers })
}
