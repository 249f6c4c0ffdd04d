import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from '@grpc/grpc-js'
import { healthContract } from './contract.ts'

type HealthRequest = { service: string }
type HealthResponse = { status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' }

const watchIntervalMs = 1000

/**
 * grpc.health.v1 for one server: "" and each of `names`. `stop` sends NOT_SERVING to the watchers and ends their
 * streams, so that a drain does not wait for them.
 */
export function healthService(names: string[], isReady: () => Promise<boolean>) {
  const watchers = new Set<() => void>()
  let stopping = false

  async function state(service: string): Promise<HealthResponse> {
    if (service !== '' && !names.includes(service)) return { status: 'SERVICE_UNKNOWN' }
    const ready = !stopping && (await isReady().catch(() => false))
    return { status: ready ? 'SERVING' : 'NOT_SERVING' }
  }

  return {
    definition: healthContract.definition,
    handlers: {
      async Check(
        { request }: ServerUnaryCall<HealthRequest, HealthResponse>,
        callback: sendUnaryData<HealthResponse>,
      ) {
        const response = await state(request.service)
        if (response.status !== 'SERVICE_UNKNOWN') return callback(null, response)
        callback({ code: status.NOT_FOUND, details: `no service ${request.service}` })
      },
      /** Sends the state now and at each change, as the protocol demands. */
      Watch(call: ServerWritableStream<HealthRequest, HealthResponse>) {
        let last: HealthResponse['status'] | undefined
        let isChecking = false
        const sendIfChanged = async () => {
          if (isChecking) return
          isChecking = true
          const response = await state(call.request.service)
          isChecking = false
          if (response.status !== last && !call.cancelled) call.write(response)
          last = response.status
        }
        const timer = setInterval(sendIfChanged, watchIntervalMs)
        const end = () => {
          clearInterval(timer)
          watchers.delete(finish)
        }
        const finish = () => {
          end()
          if (last !== 'NOT_SERVING') call.write({ status: 'NOT_SERVING' })
          call.end()
        }
        watchers.add(finish)
        call.on('cancelled', end)
        void sendIfChanged()
      },
    },
    stop() {
      stopping = true
      for (const finish of [...watchers]) finish()
    },
  }
}
