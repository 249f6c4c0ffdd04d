import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can break, as one over the air does. */
export interface FlakyWay extends AsyncDisposable {
  base: string
  /** `cut`: in the middle of an upload; `mute`: after it, so that only the answer is lost; `gaveUp`: a proxy answers 504 then. */
  mode: 'good' | 'cut' | 'mute' | 'gaveUp'
  /** How many uploads have begun. */
  uploads: number
}

const html = '<html><body><h1>504 Gateway Time-out</h1></body></html>'
const gatewayTimeout = `HTTP/1.1 504 Gateway Time-out\r\ncontent-type: text/html\r\ncontent-length: ${html.length}\r\n\r\n${html}`

/** Of an upload so many bytes get through before it is cut. */
const cutAfter = 200_000

export async function flakyWay(target: string): Promise<FlakyWay> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    let passed = 0
    let isUpload = false
    const end = () => [near, far].map((socket) => socket.destroy())
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', end).on('close', () => open.delete(socket) && end())
    }
    near.on('data', (bytes) => {
      if (/^[A-Z]+ \//.test(bytes.toString('latin1', 0, 20))) {
        isUpload = bytes.toString('latin1', 0, 40).startsWith('POST /douyin/publish/action')
        passed = 0
        if (isUpload) way.uploads++
      }
      passed += bytes.length
      if (isUpload && way.mode === 'cut' && passed > cutAfter) end()
      else far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (isUpload && way.mode === 'mute') end()
      else near.write(isUpload && way.mode === 'gaveUp' ? gatewayTimeout : bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const way: FlakyWay = {
    base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    mode: 'good',
    uploads: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return way
}
