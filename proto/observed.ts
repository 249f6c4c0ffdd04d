import { countCall, newWork, span, type Work, workOf } from '@douyin/telemetry'
import type { Metadata } from '@grpc/grpc-js'
import type { Log } from './failing.ts'
import { status } from './failure.ts'

/** Where W3C's trace context travels. */
export const traceKey = 'traceparent'

/** The work that a call was made for, if it says so. */
export function callerOf(metadata: Metadata): Work | undefined {
  const parent = metadata.get(traceKey)[0]?.toString()
  return parent === undefined ? undefined : workOf(parent)
}

/**
 * Runs a call as a part of the work that it was made for: counted, and with a line in the log if it was made for any. What
 * services ask each other by themselves, every second or so, belongs to no request and would fill the log.
 */
export async function observed(
  service: string,
  method: string,
  caller: Work | undefined,
  log: Log,
  run: () => Promise<status>,
): Promise<void> {
  const begun = performance.now()
  await span(`${service}/${method}`, 'server', caller ?? newWork(), async (work) => {
    const code = status[await run()]
    const tookMs = performance.now() - begun
    work.facts.code = code
    countCall(service, method, code, tookMs / 1000)
    if (caller) log.info({ method, code, ms: Math.round(tookMs * 10) / 10 }, 'call')
  })
}
