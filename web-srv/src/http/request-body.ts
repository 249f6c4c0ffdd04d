import { Failure, invalid, status } from '@douyin/proto'
import { type ArrivingBodies, arrivingBodies } from './arriving-bodies.ts'
import { interruption } from './interruption.ts'
import { TooLarge } from './too-large.ts'

export interface BodyLimits {
  maxBytes: number
  /** From the head of its request to its last byte. */
  seconds: number
}

/** Of a body that is not an upload. */
export const usualBody: BodyLimits = { maxBytes: 1 << 20, seconds: 20 }
/** Bodies on their way at a time, in all and from one address; together they take 64 MiB of memory at most. */
const limits = { most: 2000, mostOfKey: 200, graceMs: 1000 }
const maxBytesOfAll = 64 << 20

/** A body that did not come in time: HTTP 408. */
export class TooSlow extends Failure {
  constructor(message: string) {
    super(status.INVALID_ARGUMENT, message)
  }
}

const bodies = new WeakMap<Request, Uint8Array<ArrayBuffer>>()

/** The body of a request, if `requestBodies` has received it. */
export const receivedBody = (request: Request) => bodies.get(request)

/**
 * Receives the body of a request before anything is done for it: a client that is slow to send it takes up no place among
 * the requests under way.
 */
export function bodyReceiver(arriving: ArrivingBodies = arrivingBodies(limits)) {
  let bytesOfAll = 0

  /** Fails with TooBusy, TooSlow, TooLarge, or as invalid when the connection ends. */
  async function receive(request: Request, address: string, { maxBytes, seconds } = usualBody): Promise<void> {
    if (Number(request.headers.get('content-length')) > maxBytes) throw new TooLarge('request', maxBytes)
    const { fail, orFailed } = interruption()
    const sender = arriving.enter(address, fail)
    const reader = request.body!.getReader()
    const late = setTimeout(() => fail(new TooSlow('the request took too long to arrive')), seconds * 1000)
    const chunks: Uint8Array[] = []
    try {
      for (;;) {
        const chunk = await orFailed(reader.read().catch(brokenOff))
        if (chunk.done) break
        chunks.push(chunk.value)
        sender.bytes += chunk.value.length
        bytesOfAll += chunk.value.length
        if (sender.bytes > maxBytes) throw new TooLarge('request', maxBytes)
        if (bytesOfAll > maxBytesOfAll) arriving.makeRoom()
      }
      bodies.set(request, Buffer.concat(chunks))
    } catch (error) {
      reader.cancel().catch(() => {})
      throw error
    } finally {
      clearTimeout(late)
      bytesOfAll -= sender.bytes
      sender.leave()
    }
  }

  return receive
}

/** A client that hung up does not read the answer; the failure must not look like a fault of ours. */
function brokenOff(): never {
  throw invalid('the request was broken off')
}
