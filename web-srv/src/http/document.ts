/** Something that browsers open, kept in memory. */
export interface Document {
  body: Uint8Array<ArrayBuffer>
  type: string
  /** Smaller; pictures have none. */
  gzip?: Uint8Array<ArrayBuffer>
  /** Its path changes with its content: it may be kept for ever. */
  immutable: boolean
}

/** Answers with a document: asked for again it is not sent again; `policy` is its Content-Security-Policy. */
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

/** A document of text, which may change with the next release. */
export function textDocument(text: string, type: string): Document {
  const body = new TextEncoder().encode(text)
  return { body, type, gzip: Bun.gzipSync(body), immutable: false }
}
