import { currentContext } from '@douyin/telemetry'
import { type Contract, camelCase } from './contract.ts'
import type { Deadlines } from './deadlines.ts'
import { Failure, status } from './failure.ts'
import { instrument } from './instrument.ts'
import { type FailureOptions, toFailure } from './to-failure.ts'

export type InProcessClientOptions = FailureOptions & Deadlines

/**
 * A client of a service in the same process, as `connect` returns it but without a socket: the same functions and
 * deadlines, errors arrive as they would over the wire, and each call is instrumented like one to another process.
 */
export function inProcessClient<Service extends object>(
  contract: Contract<Service>,
  service: Service,
  { deadlineMs, deadlines = {}, ...options }: InProcessClientOptions,
): Service {
  const methods = Object.keys(contract.definition).map((method) => {
    const name = camelCase(method)
    const call = service[name as keyof Service] as (request: unknown) => Promise<unknown>
    const run = instrumented(contract.name, method, (request) => call.call(service, request), options)
    return [name, (request: unknown) => withDeadline(run(request), deadlines[name] ?? deadlineMs)]
  })
  return Object.fromEntries(methods)
}

function instrumented(
  service: string,
  method: string,
  call: (request: unknown) => Promise<unknown>,
  options: FailureOptions,
): (request: unknown) => Promise<unknown> {
  const observed = instrument(service, method, options.log)
  return async (request) => {
    const context = currentContext()
    let response: unknown
    let failure: Failure | undefined
    // Fields of the call must not appear in the log line of the request that made it.
    await observed(context?.within(context.spanId, {}), async () => {
      try {
        response = await call(request)
        return status.OK
      } catch (error) {
        failure = toFailure(error, method, options)
        return failure.code
      }
    })
    if (failure?.code === status.INTERNAL) throw new Error(`${method} failed`, { cause: failure })
    if (failure) throw failure
    return response
  }
}

/** As over the wire, the call itself continues after the deadline, and its result is dropped. */
async function withDeadline<Value>(call: Promise<Value>, deadlineMs: number): Promise<Value> {
  let timer: Timer | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure('UNAVAILABLE')), deadlineMs)
  })
  try {
    return await Promise.race([call, timeout])
  } finally {
    clearTimeout(timer)
  }
}
