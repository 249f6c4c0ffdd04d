import { countCall, span, workOf } from '@douyin/telemetry'
import type { Metadata } from '@grpc/grpc-js'
import type { Log } from './failing.ts'
import { status } from './failure.ts'

/** Where W3C's trace context travels. */
export const traceKey = 'traceparent'

/** Runs a call as a part of the work that its caller named: counted, and with a line in the log if somebody asked for it. */
export async function observed(
  service: string,
  method: string,
  metadata: Metadata,
  log: Log,
  run: () => Promise<status>,
): Promise<void> {
  const begun = performance.now()
  const parent = metadata.get(traceKey)[0]?.toString()
  await span(`${service}/${method}`, 'server', workOf(parent), async (work) => {
    const code = status[await run()]
    const tookMs = performance.now() - begun
    work.facts.code = code
    countCall(service, method, code, tookMs / 1000)
    // What services ask each other by themselves, every second or so, belongs to no request and would fill the log.
    if (parent !== undefined) log.info({ method, code, ms: Math.round(tookMs * 10) / 10 }, 'call')
  })
}
