import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net'

/** A TCP proxy that can break: between a browser and web-srv, two services, or a service and its database. */
export interface TcpProxy {
  base: string
  address: string
  /** Resets every connection, in the middle of its data; returns their number. */
  cut(): number
  /** Resets every connection, and rejects new ones until `up`. */
  down(): void
  up(): void
  isDown(): boolean
  /** Keeps connections open but drops all data in both directions. `up` then resets the connections. */
  dropData(): void
  /** The number of dropped bytes. */
  droppedBytes(): number
  /** Delays each chunk by `delayMs` and up to `jitterMs` more, in order, until `up`. */
  slow(delayMs: number, jitterMs: number): void
  /** Resets the next connection that has returned this many bytes, in the middle of the reply. */
  cutAfterReply(bytes: number): void
  /** The number of replies that were cut in the middle. */
  cutReplies(): number
  /** Requests still pass, but the first reply is lost and takes the proxy down. */
  loseReplies(): void
  /** Calls `act` once, as soon as this many more bytes have gone to the server. */
  afterBytes(count: number, act: () => void): void
  /** Forwards new connections to this port. */
  forwardTo(port: number): void
  close(): Promise<void>
}

export async function openTcpProxy(to: string): Promise<TcpProxy> {
  let target = Number(/:(\d+)\/?$/.exec(to)?.[1])
  const pairs = new Map<Socket, Socket>()
  let state: 'up' | 'losing replies' | 'down' | 'dropping data' = 'up'
  let delay = { ms: 0, jitterMs: 0 }
  let replyLeft = Number.POSITIVE_INFINITY
  let cutReplies = 0
  let droppedBytes = 0
  let bytesLeft = Number.POSITIVE_INFINITY
  let onBytesSent = () => {}

  const dropData = ({ length }: { length: number }): void => {
    droppedBytes += length
  }

  const server = createServer((client) => {
    client.on('error', () => {})
    if (state === 'down') return void client.destroy()
    const upstream = tcpConnect(target, '127.0.0.1')
    pairs.set(client, upstream)
    upstream.on('error', () => {})
    const schedule = inOrder(() => delay)
    client.on('data', (bytes) => {
      if (state === 'dropping data') return dropData(bytes)
      const request = Buffer.from(bytes)
      schedule(() => upstream.write(request))
      bytesLeft -= bytes.length
      if (bytesLeft > 0) return
      bytesLeft = Number.POSITIVE_INFINITY
      onBytesSent()
    })
    upstream.on('data', (bytes: Buffer) => {
      if (state === 'dropping data') return dropData(bytes)
      if (state !== 'up') return proxy.down()
      replyLeft -= bytes.length
      const reply = Buffer.from(bytes)
      if (replyLeft > 0) return schedule(() => client.write(reply))
      client.write(bytes.subarray(0, Math.max(0, bytes.length + replyLeft)))
      replyLeft = Number.POSITIVE_INFINITY
      cutReplies++
      client.resetAndDestroy()
    })
    client.on('close', () => {
      pairs.delete(client)
      upstream.destroy()
    })
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const proxy: TcpProxy = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      const open = [...pairs]
      for (const [client, upstream] of open) {
        client.resetAndDestroy()
        upstream.destroy()
      }
      return open.length
    },
    down() {
      state = 'down'
      proxy.cut()
    },
    up() {
      // A connection with dropped data in its middle is broken.
      if (state === 'dropping data') proxy.cut()
      state = 'up'
      delay = { ms: 0, jitterMs: 0 }
    },
    dropData() {
      state = 'dropping data'
    },
    droppedBytes: () => droppedBytes,
    slow(ms, jitterMs) {
      delay = { ms, jitterMs }
    },
    cutAfterReply(bytes) {
      replyLeft = bytes
    },
    isDown: () => state === 'down',
    loseReplies() {
      state = 'losing replies'
    },
    afterBytes(count, act) {
      bytesLeft = count
      onBytesSent = act
    },
    cutReplies: () => cutReplies,
    forwardTo(port) {
      target = port
    },
    async close() {
      proxy.down()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** Runs each callback after the current delay, in the order of the calls. */
function inOrder(delayOf: () => { ms: number; jitterMs: number }) {
  const queue: (() => void)[] = []
  let free = 0
  return (act: () => void): void => {
    const { ms, jitterMs } = delayOf()
    if (ms === 0 && queue.length === 0) {
      act()
      return
    }
    queue.push(act)
    free = Math.max(free, performance.now() + ms + Math.random() * jitterMs)
    // Two timers of nearly the same time may fire in either order, so each runs the next callback of the queue.
    setTimeout(() => queue.shift()?.(), free - performance.now())
  }
}
