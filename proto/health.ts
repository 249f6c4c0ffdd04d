import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from '@grpc/grpc-js'
import { healthContract } from './contract.ts'

type Asked = { service: string }
type Told = { status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' }

const watchIntervalMs = 1000

/**
 * grpc.health.v1 for one server: "" and each of `names`. `stop` tells watchers NOT_SERVING and lets them go, so that
 * a drain does not wait for them.
 */
export function healthService(names: string[], isReady: () => Promise<boolean>) {
  const watchers = new Set<() => void>()
  let stopping = false

  async function state(service: string): Promise<Told> {
    if (service !== '' && !names.includes(service)) return { status: 'SERVICE_UNKNOWN' }
    const ready = !stopping && (await isReady().catch(() => false))
    return { status: ready ? 'SERVING' : 'NOT_SERVING' }
  }

  return {
    definition: healthContract.definition,
    handlers: {
      async Check({ request }: ServerUnaryCall<Asked, Told>, answer: sendUnaryData<Told>) {
        const told = await state(request.service)
        if (told.status !== 'SERVICE_UNKNOWN') return answer(null, told)
        answer({ code: status.NOT_FOUND, details: `no service ${request.service}` })
      },
      /** Sends the state now and at each change, as the protocol asks. */
      Watch(call: ServerWritableStream<Asked, Told>) {
        let last: Told['status'] | undefined
        let isAsking = false
        const tell = async () => {
          if (isAsking) return
          isAsking = true
          const told = await state(call.request.service)
          isAsking = false
          if (told.status !== last && !call.cancelled) call.write(told)
          last = told.status
        }
        const timer = setInterval(tell, watchIntervalMs)
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
        void tell()
      },
    },
    stop() {
      stopping = true
      for (const finish of [...watchers]) finish()
    },
  }
}
