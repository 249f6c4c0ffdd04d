/** Of Bun's server, what this needs. */
export interface Connections {
  /** null once the request is answered to its last byte, or its connection is closed. */
  requestIP(request: Request): { address: string } | null
  timeout(request: Request, seconds: number): void
}

export interface SlowReaderLimits {
  perAddress: number
  inAll: number
  /** Who reads slower than this all the time is cut off in the end. */
  bytesPerSecond: number
  everyMs: number
}

const usual: SlowReaderLimits = { perAddress: 64, inAll: 1000, bytesPerSecond: 8 << 10, everyMs: 10_000 }
/** What Bun may wait for the next sign of a client; as long as the idle timeout of the server. */
const idleSeconds = 30
/** A full list is looked through for answers that have ended no more often than this. */
const sweepMs = 1000

/**
 * Lets slow clients read an answer to its end. Bun 1.4.5 sees a client read only when the kernel asks it for more, which a
 * client of 10 KB/s makes it do every two minutes, and closes the connection at its idle timeout meanwhile
 * (oven-sh/bun#41602). So the timer of a large answer is set again and again, for as long as the slowest client would need
 * for it. As this cannot tell a slow client from one that reads nothing, so many may be held by one address and in all;
 * further ones have the idle timeout alone.
 */
export function slowReaders({ perAddress, inAll, bytesPerSecond, everyMs } = usual, now = () => performance.now()) {
  /** When the patience with each ends, by address. */
  const reading = new Map<string, Map<Request, number>>()
  let count = 0
  let sweptAt = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined

  function drop(address: string, server: Connections): void {
    const ends = reading.get(address) ?? new Map<Request, number>()
    for (const [request, end] of ends) {
      if (now() < end && server.requestIP(request)) continue
      ends.delete(request)
      count--
    }
    if (ends.size === 0) reading.delete(address)
  }

  function dropAll(server: Connections): void {
    sweptAt = now()
    for (const address of reading.keys()) drop(address, server)
  }

  function setTimers(server: Connections): void {
    dropAll(server)
    for (const ends of reading.values()) for (const request of ends.keys()) server.timeout(request, idleSeconds)
    if (count > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /** Is there room for one more of this address? */
  function hasRoom(address: string, server: Connections): boolean {
    if ((reading.get(address)?.size ?? 0) >= perAddress) drop(address, server)
    if ((reading.get(address)?.size ?? 0) >= perAddress) return false
    if (count >= inAll && now() - sweptAt >= sweepMs) dropAll(server)
    return count < inAll
  }

  /** Call it with each answer of so many bytes before it is sent. */
  return function hold(request: Request, bytes: number, address: string, server: Connections): void {
    const neededMs = (bytes / bytesPerSecond) * 1000
    // What the idle timeout has time for.
    if (neededMs < idleSeconds * 1000 || !hasRoom(address, server)) return
    const ends = reading.get(address) ?? new Map<Request, number>()
    reading.set(address, ends.set(request, now() + neededMs + idleSeconds * 1000))
    count++
    timer ??= setInterval(setTimers, everyMs, server)
    timer.unref?.()
  }
}
