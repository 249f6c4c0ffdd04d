import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy to a server that can break connections, as mobile networks do. */
export interface FlakyProxy extends AsyncDisposable {
  base: string
  /** `cut`: closes the connection in the middle of an upload; `mute`: after it, so that only the answer is lost;
   * `gaveUp`: answers 504 in place of the answer to an upload; `held`: keeps the answer to an upload until `release`. */
  mode: 'good' | 'cut' | 'mute' | 'gaveUp' | 'held'
  /** How many uploads have started. */
  uploads: number
  release(): void
}

const html = '<html><body><h1>504 Gateway Time-out</h1></body></html>'
const gatewayTimeout = `HTTP/1.1 504 Gateway Time-out\r\ncontent-type: text/html\r\ncontent-length: ${html.length}\r\n\r\n${html}`

/** An upload is cut after this many bytes. */
const cutAfterBytes = 200_000

export async function flakyProxy(target: string): Promise<FlakyProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const held: (() => void)[] = []
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let passedBytes = 0
    let isUpload = false
    const close = () => [client, upstream].map((socket) => socket.destroy())
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', close).on('close', () => open.delete(socket) && close())
    }
    client.on('data', (bytes) => {
      if (/^[A-Z]+ \//.test(bytes.toString('latin1', 0, 20))) {
        isUpload = bytes.toString('latin1', 0, 40).startsWith('POST /douyin/publish/action')
        passedBytes = 0
        if (isUpload) proxy.uploads++
      }
      passedBytes += bytes.length
      if (isUpload && proxy.mode === 'cut' && passedBytes > cutAfterBytes) close()
      else upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (isUpload && proxy.mode === 'mute') close()
      else if (isUpload && proxy.mode === 'held') held.push(() => client.write(bytes))
      else client.write(isUpload && proxy.mode === 'gaveUp' ? gatewayTimeout : bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: FlakyProxy = {
    base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    mode: 'good',
    uploads: 0,
    release() {
      proxy.mode = 'good'
      for (const write of held.splice(0)) write()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
