import { callMeter, newContext, parseTraceparent, type RequestContext, span } from '@douyin/telemetry'
import type { Metadata } from '@grpc/grpc-js'
import { status } from './failure.ts'
import type { Log } from './to-failure.ts'

/** The metadata key of the W3C trace context. */
export const traceKey = 'traceparent'

/** The context of the request that a call is part of, if its metadata names one. */
export function callerOf(metadata: Metadata): RequestContext | undefined {
  const parent = metadata.get(traceKey)[0]?.toString()
  return parent === undefined ? undefined : parseTraceparent(parent)
}

/**
 * Runs the calls of a method as spans of the requests that they are part of. Each call is counted, and logged if it is
 * part of a request. Services also call each other by themselves every second or so, and that would fill the log.
 */
export function instrument(service: string, method: string, log: Log) {
  const name = `${service}/${method}`
  const count = callMeter(service, method)
  return async (caller: RequestContext | undefined, run: () => Promise<status>): Promise<void> => {
    const startMs = performance.now()
    await span(name, 'server', caller ?? newContext(), async (context) => {
      const code = status[await run()]
      const tookMs = performance.now() - startMs
      context.fields.code = code
      count(code, tookMs / 1000)
      const { batch_ids } = context.fields
      if (caller) log.info({ method, code, batch_ids, ms: Math.round(tookMs * 10) / 10 }, 'call')
    })
  }
}
