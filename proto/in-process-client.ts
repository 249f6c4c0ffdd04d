import { currentContext } from '@douyin/telemetry'
import { type Contract, camelCase } from './contract.ts'
import { type Deadlines, deadlineExceeded } from './deadlines.ts'
import { type Failure, status } from './failure.ts'
import { instrument } from './instrument.ts'
import { type FailureOptions, toFailure } from './to-failure.ts'

export type InProcessClientOptions = FailureOptions & Deadlines

/**
 * A service of this very process, as `connect` would give it, but without a socket between: the same functions and deadlines, what
 * they throw arrives as it would over the wire, and each call is seen as one of another process is.
 */
export function inProcessClient<Service extends object>(
  contract: Contract<Service>,
  service: Service,
  { deadlineMs, deadlines = {}, ...options }: InProcessClientOptions,
): Service {
  const methods = Object.keys(contract.definition).map((method) => {
    const name = camelCase(method)
    const call = service[name as keyof Service] as (request: unknown) => Promise<unknown>
    const answer = instrumented(contract.name, method, (request) => call.call(service, request), options)
    return [name, (request: unknown) => withDeadline(answer(request), deadlines[name] ?? deadlineMs)]
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
    const work = currentContext()
    let answer: unknown
    let failure: Failure | undefined
    // What becomes known of a call is not to be told of the request that made it.
    await observed(work?.within(work.spanId, {}), async () => {
      try {
        answer = await call(request)
        return status.OK
      } catch (error) {
        failure = toFailure(error, method, options)
        return failure.code
      }
    })
    if (failure?.code === status.INTERNAL) throw new Error(`${method} failed`, { cause: failure })
    if (failure) throw failure
    return answer
  }
}

/** Like over the wire, the call itself goes on: what it does, it does, and nobody waits for it. */
async function withDeadline<Answer>(call: Promise<Answer>, deadlineMs: number): Promise<Answer> {
  let timer: Timer | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(deadlineExceeded()), deadlineMs)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
