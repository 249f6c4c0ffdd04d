import { widenServerWindows } from '@douyin/upstream'
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { type Contract, camelCase } from './contract.ts'
import { secretVerifier } from './credential.ts'
import { encodeFailure, Failure, failureKey, status } from './failure.ts'
import { healthService } from './health.ts'
import { callerOf, instrument } from './instrument.ts'
import { type FailureOptions, toFailure } from './to-failure.ts'

export interface ServeOptions extends FailureOptions {
  /** Where to listen, as `host:port`; port 0 takes a free one. */
  address: string
  /** The secret that callers must send. Without it every call is accepted. grpc.health.v1 never needs it. */
  secret?: string
  /** The state that grpc.health.v1 reports: can this service do its work now? */
  isReady: () => Promise<boolean>
}

export interface RunningServer {
  port: number
  /** Accepts no new calls, waits `graceMs` for those in flight to finish, then cancels them. */
  stop(graceMs?: number): Promise<void>
}

/** Serves an object of async functions, and grpc.health.v1 beside it. */
export async function serve<Service extends object>(
  contract: Contract<Service>,
  service: Service,
  { address, secret, isReady, ...failures }: ServeOptions,
): Promise<RunningServer> {
  const server = new Server({ 'grpc.max_receive_message_length': 4 << 20, 'grpc.enable_channelz': 0 })
  const isAuthorized = secretVerifier(secret)
  const handlers = Object.keys(contract.definition).map((method) => [
    method,
    handler(contract, service, method, isAuthorized, failures),
  ])
  server.addService(contract.definition, Object.fromEntries(handlers))
  const health = healthService([contract.name], isReady)
  server.addService(health.definition, health.handlers)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  )
  return {
    port,
    stop(graceMs = 8000) {
      health.stop()
      return new Promise((resolve) => {
        const forceTimer = setTimeout(() => server.forceShutdown(), graceMs)
        server.tryShutdown(() => {
          clearTimeout(forceTimer)
          resolve()
        })
      })
    },
  }
}

/** A rejected promise has to become a status here: grpc-js would leave the caller waiting for its deadline. */
function handler<Service extends object>(
  contract: Contract<Service>,
  service: Service,
  method: string,
  isAuthorized: (metadata: Metadata) => boolean,
  failures: FailureOptions,
) {
  const name = camelCase(method) as keyof Service
  const call = service[name] as (request: unknown) => Promise<unknown>
  const observed = instrument(contract.name, method, failures.log)
  return ({ request, metadata }: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) =>
    observed(callerOf(metadata), async () => {
      try {
        if (!isAuthorized(metadata)) throw new Failure('WRONG_SERVICE_SECRET')
        callback(null, await call.call(service, request))
        return status.OK
      } catch (error) {
        const failure = toFailure(error, method, failures)
        const metadata = new Metadata()
        metadata.set(failureKey, encodeFailure(failure))
        callback({ code: failure.code, details: failure.message, metadata })
        return failure.code
      }
    })
}

// Requests beyond the default HTTP/2 window of 64 KB starve each other: 256 in flight of 2 KB each wait for seconds.
widenServerWindows(8 << 20)
