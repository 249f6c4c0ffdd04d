import { currentWork } from '@douyin/telemetry'
import { type Contract, camelCase } from './contract.ts'
import { type FailureOptions, toFailure } from './failing.ts'
import { type Failure, status } from './failure.ts'
import { observed } from './observed.ts'

/**
 * A service of this very process, as `connect` would give it, but without a socket between: the same functions, what they
 * throw arrives as it would over the wire, and each call is seen as one of another process is.
 */
export function handOver<Service extends object>(
  contract: Contract<Service>,
  service: Service,
  options: FailureOptions,
): Service {
  const methods = Object.keys(contract.definition).map((method) => {
    const name = camelCase(method)
    const call = service[name as keyof Service] as (request: unknown) => Promise<unknown>
    return [name, (request: unknown) => handled(contract.name, method, () => call.call(service, request), options)]
  })
  return Object.fromEntries(methods)
}

async function handled(
  service: string,
  method: string,
  run: () => Promise<unknown>,
  options: FailureOptions,
): Promise<unknown> {
  const work = currentWork()
  let answer: unknown
  let failure: Failure | undefined
  // What becomes known of a call is not to be told of the request that made it.
  await observed(service, method, work?.within(work.spanId, {}), options.log, async () => {
    try {
      answer = await run()
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
