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
      if (new URL(request.url).pathname !== '/metrics') return new Response('GET /metrics', { status: 404 })
      const { text, type } = await metricsText()
      return new Response(text, { headers: { 'content-type': type } })
    },
  })
  return () => server.stop(true)
}
