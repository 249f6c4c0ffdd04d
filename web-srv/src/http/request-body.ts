import { Failure } from '@douyin/proto'
import { type ArrivingBodies, arrivingBodies } from './arriving-bodies.ts'
import { interruption } from './interruption.ts'

export interface BodyLimits {
  maxBytes: number
  /** From the head of the request to the last byte of the body. */
  seconds: number
}

/** Limits of a body that is not an upload. */
export const usualBody: BodyLimits = { maxBytes: 1 << 20, seconds: 20 }
/** Concurrent bodies, in total and per address. */
const limits = { max: 2000, maxPerKey: 200, graceMs: 1000 }
/** Memory that all bodies together may take while they arrive. */
const maxTotalBytes = 64 << 20

const bodies = new WeakMap<Request, Uint8Array<ArrayBuffer>>()

/** The body of a request, if a `bodyReceiver` has received it. */
export const receivedBody = (request: Request) => bodies.get(request)

/**
 * Receives the body of a request before any other work for it, so a client that sends slowly takes no place among the
 * requests in flight.
 */
export function bodyReceiver(arriving: ArrivingBodies = arrivingBodies(limits)) {
  let totalBytes = 0

  /** Fails if there is no room, the body is too slow or too large, or the connection breaks. */
  async function receive(request: Request, address: string, { maxBytes, seconds } = usualBody): Promise<void> {
    if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes)
    const { fail, orFailed } = interruption()
    const sender = arriving.enter(address, fail)
    const reader = request.body!.getReader()
    const timer = setTimeout(() => fail(new Failure('REQUEST_TOO_SLOW')), seconds * 1000)
    const chunks: Uint8Array[] = []
    try {
      for (;;) {
        const chunk = await orFailed(reader.read().catch(connectionBroken))
        if (chunk.done) break
        chunks.push(chunk.value)
        sender.bytes += chunk.value.length
        totalBytes += chunk.value.length
        if (sender.bytes > maxBytes) throw tooLarge(maxBytes)
        if (totalBytes > maxTotalBytes) arriving.makeRoom()
      }
      bodies.set(request, Buffer.concat(chunks))
    } catch (error) {
      reader.cancel().catch(() => {})
      throw error
    } finally {
      clearTimeout(timer)
      totalBytes -= sender.bytes
      sender.leave()
    }
  }

  return receive
}

const tooLarge = (maxBytes: number) => new Failure('REQUEST_TOO_LARGE', { maxMiB: Math.floor(maxBytes / 2 ** 20) })

/** A client that disconnected reads no response, but its failure must not be logged as a server error. */
function connectionBroken(): never {
  throw new Failure('REQUEST_BROKEN_OFF')
}
