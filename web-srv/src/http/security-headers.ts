/** What every answer says, unless it says it itself: nothing in it is to be run, framed, guessed at or told to others. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}
const httpsOnly = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
/** Seconds that a browser need not ask again. */
const preflightSeconds = 600

export interface BrowserOptions {
  /** Pages of other origins whose scripts may read our answers. */
  origins: readonly string[]
  /** Are we reached by HTTPS alone? */
  isHttps: boolean
}

/** Puts the headers for browsers on an answer. */
export function securityHeaderSetter({ origins, isHttps }: BrowserOptions) {
  const wanted = Object.entries(isHttps ? { ...securityHeaders, ...httpsOnly } : securityHeaders)
  return (request: Request, { headers }: Response): void => {
    for (const [name, value] of wanted) if (!headers.has(name)) headers.set(name, value)
    if (origins.length === 0) return
    headers.append('vary', 'origin')
    const origin = request.headers.get('origin')
    if (origin === null || !origins.includes(origin)) return
    // Never with credentials: tokens travel as parameters, and there is no cookie to send along.
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-expose-headers', 'retry-after, x-request-id')
  }
}

/** The answer to a browser that asks whether a page of another origin may send something. */
export function preflight(request: Request, origins: readonly string[]): Response | undefined {
  const isAsking = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
  if (!isAsking || !origins.includes(request.headers.get('origin') ?? '')) return undefined
  const headers = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, range',
    'access-control-max-age': String(preflightSeconds),
  }
  return new Response(null, { status: 204, headers })
}
