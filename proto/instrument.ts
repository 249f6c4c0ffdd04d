import { callMeter, newContext, parseTraceparent, type RequestContext, span } from '@douyin/telemetry'
import type { Metadata } from '@grpc/grpc-js'
import { status } from './failure.ts'
import type { Log } from './to-failure.ts'

/** Where W3C's trace context travels. */
export const traceKey = 'traceparent'

/** The work that a call was made for, if it says so. */
export function callerOf(metadata: Metadata): RequestContext | undefined {
  const parent = metadata.get(traceKey)[0]?.toString()
  return parent === undefined ? undefined : parseTraceparent(parent)
}

/**
 * Runs the calls of a method as parts of the work that they were made for: counted, and with a line in the log if there is
 * any. What services ask each other by themselves, every second or so, belongs to no request and would fill the log.
 */
export function instrument(service: string, method: string, log: Log) {
  const name = `${service}/${method}`
  const count = callMeter(service, method)
  return async (caller: RequestContext | undefined, run: () => Promise<status>): Promise<void> => {
    const begun = performance.now()
    await span(name, 'server', caller ?? newContext(), async (work) => {
      const code = status[await run()]
      const tookMs = performance.now() - begun
      work.fields.code = code
      count(code, tookMs / 1000)
      const { batch_ids } = work.fields
      if (caller) log.info({ method, code, batch_ids, ms: Math.round(tookMs * 10) / 10 }, 'call')
    })
  }
}
