import { currentContext, formatTraceparent } from '@douyin/telemetry'
import { Client, credentials, type Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js'
import { resolveMs as defaultResolveMs, policy } from './balancing.ts'
import { type Contract, camelCase, healthContract } from './contract.ts'
import { credential } from './credential.ts'
import type { Deadlines } from './deadlines.ts'
import { decodeFailure, Failure, failureKey } from './failure.ts'
import { traceKey } from './instrument.ts'

export interface ConnectOptions extends Deadlines {
  /** The secret that the service requires. */
  secret?: string
  /** The RPCs, by name, that change nothing if they run twice: they are retried if a replica is unavailable. */
  repeatable?: RegExp
  /** How often a name is resolved again to find added replicas, ms. */
  resolveMs?: number
}

export interface Connection {
  /** Does the server report that it is ready? Never throws. */
  isReady(): Promise<boolean>
  close(): void
}

const channelOptions = {
  // Channelz records every call, and nothing reads the records.
  'grpc.enable_channelz': 0,
  // Responses beyond the default HTTP/2 window of 64 KB starve each other: 11 feed pages fill it.
  'grpc-node.flow_control_window': 8 << 20,
  'grpc.max_receive_message_length': 16 << 20,
  // No lookup of a service config in the TXT record of the name.
  'grpc.service_config_disable_resolution': 1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // Reconnects within a second after the server has restarted.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
}

/**
 * Calls are spread over the healthy replicas of an address. A repeatable call is retried, at most twice, if a replica
 * is unavailable. Each retry spends a token, and it takes ten successful calls to earn one back, so in a full outage
 * the retries stay under a tenth of the calls.
 */
function serviceConfig(
  { name: service, definition }: Contract<object>,
  repeatable: RegExp | undefined,
  resolveMs: number,
) {
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.02s',
    maxBackoff: '0.2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  }
  const methods = Object.keys(definition).filter((method) => repeatable?.test(method))
  const name = methods.map((method) => ({ service, method }))
  return {
    loadBalancingConfig: [{ [policy]: { resolveMs } }],
    ...(name.length > 0 && { methodConfig: [{ name, retryPolicy }] }),
    retryThrottling: { maxTokens: 20, tokenRatio: 0.1 },
  }
}

/**
 * The service at `address` as an object of async functions. A call that fails rejects with the `Failure` that the
 * service threw; an unreachable service, or a deadline that passed, is an `UNAVAILABLE` failure.
 */
export function connect<Service extends object>(
  contract: Contract<Service>,
  address: string,
  { deadlineMs, deadlines = {}, secret, repeatable, resolveMs = defaultResolveMs }: ConnectOptions,
): Service & Connection {
  const client = new Client(address, credentials.createInsecure(), {
    ...channelOptions,
    'grpc.dns_min_time_between_resolutions_ms': resolveMs / 2,
    'grpc.service_config': JSON.stringify(serviceConfig(contract, repeatable, resolveMs)),
  })
  const authMetadata = credential(secret)
  const methods = Object.entries(contract.definition).map(([method, definition]) => {
    const name = camelCase(method)
    return [name, (request: object) => call(client, definition, request, authMetadata, deadlines[name] ?? deadlineMs)]
  })
  return {
    ...(Object.fromEntries(methods) as Service),
    async isReady() {
      const check = healthContract.definition.Check
      const response =
        check && (await call(client, check, { service: '' }, authMetadata, deadlineMs).catch(() => undefined))
      return (response as { status?: string } | undefined)?.status === 'SERVING'
    },
    close: () => client.close(),
  }
}

/** Does the gRPC server at this local port report that it is ready? Never throws. */
export async function isServing(port: number): Promise<boolean> {
  const server = connect(healthContract, `127.0.0.1:${port}`, { deadlineMs: 4000 })
  const ready = await server.isReady()
  server.close()
  return ready
}

function call(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
  request: object,
  authMetadata: Metadata,
  deadlineMs: number,
): Promise<object> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      withTraceContext(authMetadata),
      { deadline: Date.now() + deadlineMs },
      (error, response) => (error ? reject(asFailure(error, path)) : resolve(response ?? {})),
    )
  })
}

/** Adds the trace context of the request that this call is part of. */
function withTraceContext(authMetadata: Metadata): Metadata {
  const context = currentContext()
  if (!context) return authMetadata
  const metadata = authMetadata.clone()
  metadata.set(traceKey, formatTraceparent(context))
  return metadata
}

/** The details that grpc-js writes itself contain addresses, so only a service's own failure is passed on. */
function asFailure(error: ServiceError, path: string): Error {
  const failure = error.metadata?.get(failureKey)[0]
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return new Failure('UNAVAILABLE', {}, { cause: error })
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.UNIMPLEMENTED:
    // A fault of ours, not of the user: the service requires another secret.
    case status.UNAUTHENTICATED:
      return new Error(`${path} failed`, { cause: error })
    // If grpc-js creates one of these itself, a message is too large or a proxy is in the way.
    case status.RESOURCE_EXHAUSTED:
    case status.PERMISSION_DENIED:
      return failure === undefined ? new Error(`${path} failed`, { cause: error }) : decodeFailure(failure, error.code)
    // No gRPC library creates the others: github.com/grpc/grpc/blob/master/doc/statuscodes.md
    default:
      return decodeFailure(failure, error.code)
  }
}
