export interface Span {
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  attributes: unknown
  links?: { traceId: string; spanId: string }[]
}

interface Received {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] }
    scopeSpans: { spans: Omit<Span, 'service'>[] }[]
  }[]
}

/** An OTLP collector that supports only spans over HTTP in JSON. */
export function collector() {
  const spans: Span[] = []
  const bodies: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (new URL(request.url).pathname !== '/v1/traces') return new Response(null, { status: 404 })
      const bytes = new Uint8Array(await request.arrayBuffer())
      const body = new TextDecoder().decode(
        request.headers.get('content-encoding') === 'gzip' ? Bun.gunzipSync(bytes) : bytes,
      )
      bodies.push(body)
      for (const { resource, scopeSpans } of (JSON.parse(body) as Received).resourceSpans) {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
        for (const { spans: received } of scopeSpans) spans.push(...received.map((span) => ({ ...span, service })))
      }
      return Response.json({})
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    text: () => bodies.join('\n'),
    stop: () => server.stop(true),
  }
}
