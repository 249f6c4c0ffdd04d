/** A file for browsers, held in memory. */
export interface Document {
  body: Uint8Array<ArrayBuffer>
  type: string
  /** The compressed body. Images have none. */
  gzip?: Uint8Array<ArrayBuffer>
  /** The path changes with the content, so browsers may cache it for ever. */
  immutable: boolean
}

/** Sends a document, or 304 if the client has this version. `policy` is its Content-Security-Policy. */
export function sendDocument({ body, gzip, type, immutable }: Document, policy: string, request: Request): Response {
  const etag = `"${Bun.hash(body).toString(36)}"`
  const headers: Record<string, string> = {
    'content-type': type,
    etag,
    vary: 'accept-encoding',
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  if (!gzip || !request.headers.get('accept-encoding')?.includes('gzip')) return new Response(body, { headers })
  return new Response(gzip, { headers: { ...headers, 'content-encoding': 'gzip' } })
}

/** A text document. It is not immutable: the next release may change it under the same path. */
export function textDocument(text: string, type: string): Document {
  const body = new TextEncoder().encode(text)
  return { body, type, gzip: Bun.gzipSync(body), immutable: false }
}
