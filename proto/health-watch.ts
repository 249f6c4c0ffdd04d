import { Client, type ClientReadableStream, credentials, status } from '@grpc/grpc-js'
import { healthContract } from './contract.ts'

const retryMs = 1000

/** Watches the health that the server at an address reports, over a connection of its own. */
export interface HealthWatch {
  /** Has the server reported NOT_SERVING? A silent server is not unhealthy: calls show whether it is reachable. */
  isUnhealthy(): boolean
  stop(): void
}

export function watchHealth(address: string): HealthWatch {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.max_reconnect_backoff_ms': 1_000,
  })
  let unhealthy = false
  let stopped = false
  let timer: Timer | undefined
  let stream: ClientReadableStream<object> | undefined

  function follow() {
    const watch = healthContract.definition.Watch
    if (!watch) return
    const { path, requestSerialize, responseDeserialize } = watch
    stream = client.makeServerStreamRequest<object, object>(path, requestSerialize, responseDeserialize, {
      service: '',
    })
    stream.on('data', (response: { status?: string }) => {
      unhealthy = response.status === 'NOT_SERVING'
    })
    let hasEnded = false
    const end = (code?: status) => {
      if (hasEnded) return
      hasEnded = true
      unhealthy = false
      // UNIMPLEMENTED: a service that was built from the seed's contract alone does not have this RPC.
      if (stopped || code === status.UNIMPLEMENTED) return
      timer = setTimeout(follow, retryMs)
      timer.unref()
    }
    stream.on('error', (error: { code?: status }) => end(error.code))
    stream.on('end', () => end())
  }

  follow()
  return {
    isUnhealthy: () => unhealthy,
    stop() {
      stopped = true
      clearTimeout(timer)
      stream?.cancel()
      client.close()
    },
  }
}
