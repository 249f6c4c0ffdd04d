import { metricsText } from './metrics.ts'

/** Serves GET /metrics on a port of its own, for the operator only. Without a port, nothing listens. */
export async function serveMetrics(port: number | undefined, hostname: string): Promise<() => Promise<void>> {
  if (port === undefined) return async () => {}
  // Starts the default metrics now. Otherwise the first scrape would have no lag of the event loop.
  await metricsText()
  const server = Bun.serve({
    port,
    hostname,
    async fetch(request) {
      // A request of HTTP/1.0 has no Host, and then the URL is only a path.
      if (!/^(?:https?:\/\/[^/]*)?\/metrics(?:\?|$)/.test(request.url))
        return new Response('GET /metrics', { status: 404 })
      const { text, type } = await metricsText()
      return new Response(text, { headers: { 'content-type': type } })
    },
  })
  return () => server.stop(true)
}
