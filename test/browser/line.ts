import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net'

/** The wire between a browser and the services, in the hands of a test. */
export interface Line {
  base: string
  /** Ends every connection at once, in the middle of whatever passes; gives how many there were. */
  cut(): number
  /** From now on nobody gets through, and who was through is cut. */
  down(): void
  up(): void
  isDown(): boolean
  /** What is asked still arrives, and nothing comes back: after the first lost answer the line is down. */
  loseAnswers(): void
  /** Calls once as soon as so many more bytes have gone to the services. */
  afterBytes(count: number, act: () => void): void
  close(): Promise<void>
}

export async function openLine(base: string): Promise<Line> {
  const target = Number(new URL(base).port)
  const pairs = new Map<Socket, Socket>()
  let state: 'up' | 'deaf' | 'down' = 'up'
  let left = Number.POSITIVE_INFINITY
  let whenGone = () => {}

  const server = createServer((browser) => {
    browser.on('error', () => {})
    if (state === 'down') return void browser.destroy()
    const services = tcpConnect(target, '127.0.0.1')
    pairs.set(browser, services)
    services.on('error', () => {})
    browser.on('data', (bytes) => {
      services.write(bytes)
      left -= bytes.length
      if (left > 0) return
      left = Number.POSITIVE_INFINITY
      whenGone()
    })
    services.on('data', (bytes) => {
      if (state === 'up') browser.write(bytes)
      else line.down()
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
      state = 'up'
    },
    isDown: () => state === 'down',
    loseAnswers() {
      state = 'deaf'
    },
    afterBytes(count, act) {
      left = count
      whenGone = act
    },
    async close() {
      line.down()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return line
}
