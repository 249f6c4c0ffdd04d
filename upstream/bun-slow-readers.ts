/** The methods of Bun's server that this needs. */
export interface Connections {
  /** null once the last byte of the response is sent, or the connection is closed. */
  requestIP(request: Request): { address: string } | null
  timeout(request: Request, seconds: number): void
}

export interface SlowReaderLimits {
  perAddress: number
  total: number
  /** A client that always reads slower than this is disconnected in the end. */
  bytesPerSecond: number
  renewMs: number
}

const defaultLimits: SlowReaderLimits = { perAddress: 64, total: 1000, bytesPerSecond: 8 << 10, renewMs: 10_000 }
/** How long Bun waits for the next sign of a client. The same as the idle timeout of the server. */
const idleSeconds = 30
/** The minimum time between two searches of a full list for responses that have ended. */
const sweepMs = 1000

/**
 * Lets slow clients read a response to its end. Bun 1.4.5 notices that a client reads only when the kernel asks for
 * more data. For a client of 10 KB/s that is every two minutes, and Bun closes the connection at its idle timeout
 * before that (oven-sh/bun#41602). So the timer of a large response is renewed for as long as the slowest client would
 * need for it. This cannot tell a slow client from one that reads nothing, so the number of such responses is limited
 * per address and in total. Further ones have the idle timeout alone.
 */
export function slowReaders(
  { perAddress, total, bytesPerSecond, renewMs } = defaultLimits,
  now = () => performance.now(),
) {
  /** By address, the time until which the timer of each response is renewed. */
  const heldByAddress = new Map<string, Map<Request, number>>()
  let count = 0
  let sweptAt = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined

  function dropEnded(address: string, server: Connections): void {
    const deadlines = heldByAddress.get(address) ?? new Map<Request, number>()
    for (const [request, deadline] of deadlines) {
      if (now() < deadline && server.requestIP(request)) continue
      deadlines.delete(request)
      count--
    }
    if (deadlines.size === 0) heldByAddress.delete(address)
  }

  function dropAllEnded(server: Connections): void {
    sweptAt = now()
    for (const address of heldByAddress.keys()) dropEnded(address, server)
  }

  function renewTimers(server: Connections): void {
    dropAllEnded(server)
    for (const deadlines of heldByAddress.values())
      for (const request of deadlines.keys()) server.timeout(request, idleSeconds)
    if (count > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /** True if one more response to this address may be held. */
  function hasRoom(address: string, server: Connections): boolean {
    if ((heldByAddress.get(address)?.size ?? 0) >= perAddress) dropEnded(address, server)
    if ((heldByAddress.get(address)?.size ?? 0) >= perAddress) return false
    if (count >= total && now() - sweptAt >= sweepMs) dropAllEnded(server)
    return count < total
  }

  /** Call this before a response of `bytes` bytes is sent. */
  return function hold(request: Request, bytes: number, address: string, server: Connections): void {
    const neededMs = (bytes / bytesPerSecond) * 1000
    // The idle timeout alone is long enough for a small response.
    if (neededMs < idleSeconds * 1000 || !hasRoom(address, server)) return
    const deadlines = heldByAddress.get(address) ?? new Map<Request, number>()
    heldByAddress.set(address, deadlines.set(request, now() + neededMs + idleSeconds * 1000))
    count++
    timer ??= setInterval(renewTimers, renewMs, server)
    timer.unref?.()
  }
}
