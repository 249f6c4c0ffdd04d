import { type FailureOptions, toFailure } from './failing.ts'
import { status } from './failure.ts'

/**
 * A service of this very process, as `connect` would give it, but without a socket between: the same functions, and
 * what they throw arrives as it would over the wire.
 */
export function handOver<Service extends object>(service: Service, options: FailureOptions): Service {
  const methods = Object.entries(service).map(([name, call]) => [
    name,
    async (request: unknown) => {
      try {
        return await call.call(service, request)
      } catch (error) {
        const failure = toFailure(error, name, options)
        throw failure.code === status.INTERNAL ? new Error(`${name} failed`, { cause: failure }) : failure
      }
    },
  ])
  return Object.fromEntries(methods)
}
