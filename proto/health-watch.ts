import { Client, type ClientReadableStream, credentials, status } from '@grpc/grpc-js'
import { healthContract } from './contract.ts'

const againMs = 1000

/** Follows what the server at an address says of its own health, over a connection of its own. */
export interface HealthWatch {
  /** Did it say that it cannot do its work? One that says nothing can: whether it is reached is seen by the calls. */
  isAway(): boolean
  stop(): void
}

export function watchHealth(address: string): HealthWatch {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.max_reconnect_backoff_ms': 1_000,
  })
  let away = false
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
    stream.on('data', (told: { status?: string }) => {
      away = told.status === 'NOT_SERVING'
    })
    let hasEnded = false
    const end = (code?: status) => {
      if (hasEnded) return
      hasEnded = true
      away = false
      // A server without this RPC, which not every client of the seed's services has.
      if (stopped || code === status.UNIMPLEMENTED) return
      timer = setTimeout(follow, againMs)
      timer.unref()
    }
    stream.on('error', (error: { code?: status }) => end(error.code))
    stream.on('end', () => end())
  }

  follow()
  return {
    isAway: () => away,
    stop() {
      stopped = true
      clearTimeout(timer)
      stream?.cancel()
      client.close()
    },
  }
}
