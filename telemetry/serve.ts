import { metricsText } from './metrics.ts'

/** Serves GET /metrics on a port of its own, which is for the operator alone; without a port nothing listens. */
export async function serveMetrics(port: number | undefined, hostname: string): Promise<() => Promise<void>> {
  if (port === undefined) return async () => {}
  // From the start on, or the first question would find no lag of the event loop.
  await metricsText()
  const server = Bun.serve({
    port,
    hostname,
    async fetch(request) {
      // HTTP/1.0 has no Host, and the URL is a path alone then.
      if (!/^(?:https?:\/\/[^/]*)?\/metrics(?:\?|$)/.test(request.url))
        return new Response('GET /metrics', { status: 404 })
      const { text, type } = await metricsText()
      return new Response(text, { headers: { 'content-type': type } })
    },
  })
  return () => server.stop(true)
}
