import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net'

/** The wire between any two: a browser and web-srv, two services, a service and its database. */
export interface Line {
  base: string
  address: string
  /** Ends every connection at once, in the middle of whatever passes; gives how many there were. */
  cut(): number
  /** From now on nobody gets through, and who was through is cut. */
  down(): void
  up(): void
  isDown(): boolean
  /** Connections stay, and nothing passes in either direction until `up`: what was sent meanwhile is lost with its connection. */
  swallow(): void
  /** So many bytes were swallowed. */
  swallowed(): number
  /** Each piece of data comes that much later, and up to `jitterMs` more, in order. */
  slow(delayMs: number, jitterMs: number): void
  /** Cuts the next connection that has brought so many bytes back, in the middle of them. */
  cutAfterReply(bytes: number): void
  /** So many replies were cut in their middle. */
  cutReplies(): number
  /** What is asked still arrives, and nothing comes back: after the first lost answer the line is down. */
  loseAnswers(): void
  /** Calls once as soon as so many more bytes have gone to the services. */
  afterBytes(count: number, act: () => void): void
  /** Goes to this port from now on. */
  leadTo(port: number): void
  close(): Promise<void>
}

export async function openLine(to: string): Promise<Line> {
  let target = Number(/:(\d+)\/?$/.exec(to)?.[1])
  const pairs = new Map<Socket, Socket>()
  let state: 'up' | 'deaf' | 'down' | 'swallowing' = 'up'
  let delay = { ms: 0, jitterMs: 0 }
  let replyLeft = Number.POSITIVE_INFINITY
  let cutReplies = 0
  let swallowed = 0
  let left = Number.POSITIVE_INFINITY
  let whenGone = () => {}

  const swallow = ({ length }: { length: number }): void => {
    swallowed += length
  }

  const server = createServer((browser) => {
    browser.on('error', () => {})
    if (state === 'down') return void browser.destroy()
    const services = tcpConnect(target, '127.0.0.1')
    pairs.set(browser, services)
    services.on('error', () => {})
    const later = inOrder(() => delay)
    browser.on('data', (bytes) => {
      if (state === 'swallowing') return swallow(bytes)
      const asked = Buffer.from(bytes)
      later(() => services.write(asked))
      left -= bytes.length
      if (left > 0) return
      left = Number.POSITIVE_INFINITY
      whenGone()
    })
    services.on('data', (bytes: Buffer) => {
      if (state === 'swallowing') return swallow(bytes)
      if (state !== 'up') return line.down()
      replyLeft -= bytes.length
      const reply = Buffer.from(bytes)
      if (replyLeft > 0) return later(() => browser.write(reply))
      browser.write(bytes.subarray(0, Math.max(0, bytes.length + replyLeft)))
      replyLeft = Number.POSITIVE_INFINITY
      cutReplies++
      browser.resetAndDestroy()
    })
    browser.on('close', () => {
      pairs.delete(browser)
      services.destroy()
    })
    services.on('close', () => browser.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const line: Line = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      const open = [...pairs]
      for (const [browser, services] of open) {
        browser.resetAndDestroy()
        services.destroy()
      }
      return open.length
    },
    down() {
      state = 'down'
      line.cut()
    },
    up() {
      // What was swallowed is missing in the middle: such a connection is of no more use.
      if (state === 'swallowing') line.cut()
      state = 'up'
      delay = { ms: 0, jitterMs: 0 }
    },
    swallow() {
      state = 'swallowing'
    },
    swallowed: () => swallowed,
    slow(ms, jitterMs) {
      delay = { ms, jitterMs }
    },
    cutAfterReply(bytes) {
      replyLeft = bytes
    },
    isDown: () => state === 'down',
    loseAnswers() {
      state = 'deaf'
    },
    afterBytes(count, act) {
      left = count
      whenGone = act
    },
    cutReplies: () => cutReplies,
    leadTo(port) {
      target = port
    },
    async close() {
      line.down()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return line
}

/** Runs what it is given after the delay of now, in the order in which it was given. */
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
    // Two timers of nearly the same moment may change their order, so each takes what is next.
    setTimeout(() => queue.shift()?.(), free - performance.now())
  }
}
