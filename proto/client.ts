import { currentContext, formatTraceparent } from '@douyin/telemetry'
import { Client, credentials, type Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js'
import { resolveMs as defaultResolveMs, policy } from './balancing.ts'
import { type Contract, camelCase, healthContract } from './contract.ts'
import { credential } from './credential.ts'
import { type Deadlines, deadlineExceeded } from './deadlines.ts'
import { Failure } from './failure.ts'
import { traceKey } from './instrument.ts'
import { isOwnFailure } from './own-failure.ts'

export interface ConnectOptions extends Deadlines {
  /** What the service wants to be shown. */
  secret?: string
  /** The RPCs, by name, that change nothing if they are made twice: they are made again where a replica is gone. */
  repeatable?: RegExp
  /** How often a name is looked up again, for replicas that were added, ms. */
  resolveMs?: number
}

export interface Connection {
  /** Does the other side say that it can do its work? Never throws. */
  isReady(): Promise<boolean>
  close(): void
}

const channelOptions = {
  // A record of every call, which nobody reads.
  'grpc.enable_channelz': 0,
  // Answers beyond the default HTTP/2 window of 64 KB starve each other: 11 feed pages fill it.
  'grpc-node.flow_control_window': 8 << 20,
  'grpc.max_receive_message_length': 16 << 20,
  // What a name's TXT record says is not asked for.
  'grpc.service_config_disable_resolution': 1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // Back within a second after the other side has restarted.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
}

/**
 * Calls go round among the replicas that an address stands for and that are well. What may be repeated is, twice at most, where a replica
 * is gone; in a full outage each token spent is earned back by ten calls that succeed, so repeating stays under a tenth.
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
  const shown = credential(secret)
  const methods = Object.entries(contract.definition).map(([method, definition]) => {
    const name = camelCase(method)
    return [name, (request: object) => call(client, definition, request, shown, deadlines[name] ?? deadlineMs)]
  })
  return {
    ...(Object.fromEntries(methods) as Service),
    async isReady() {
      const check = healthContract.definition.Check
      const answer = check && (await call(client, check, { service: '' }, shown, deadlineMs).catch(() => undefined))
      return (answer as { status?: string } | undefined)?.status === 'SERVING'
    },
    close: () => client.close(),
  }
}

/** Does the gRPC server at this port of this machine say that it can do its work? Never throws. */
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
  shown: Metadata,
  deadlineMs: number,
): Promise<object> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      withWork(shown),
      { deadline: Date.now() + deadlineMs },
      (error, answer) => (error ? reject(asFailure(error, path)) : resolve(answer ?? {})),
    )
  })
}

/** What is shown, and for which request from outside we ask. */
function withWork(shown: Metadata): Metadata {
  const work = currentContext()
  if (!work) return shown
  const metadata = shown.clone()
  metadata.set(traceKey, formatTraceparent(work))
  return metadata
}

/** Details that grpc-js wrote itself name addresses, so only a service's own sentence goes on. */
function asFailure(error: ServiceError, path: string): Error {
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return deadlineExceeded({ cause: error })
    case status.INTERNAL:
    case status.UNKNOWN:
    case status.UNIMPLEMENTED:
    // Ours, not the user's: a service that wants to be shown another secret.
    case status.UNAUTHENTICATED:
      return new Error(`${path} failed`, { cause: error })
    // Where grpc-js gives these by itself, a message is too large or a proxy is in the way.
    case status.RESOURCE_EXHAUSTED:
    case status.PERMISSION_DENIED:
      return isOwnFailure(error)
        ? new Failure(error.code, error.details)
        : new Error(`${path} failed`, { cause: error })
    // The others no library of gRPC ever gives: github.com/grpc/grpc/blob/master/doc/statuscodes.md
    default:
      return new Failure(error.code, error.details)
  }
}
