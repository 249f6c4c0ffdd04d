// A minimal HTTPS client: unlike fetch it can choose the port for a host name, and the local address to call from.
import { connect } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

export interface Answered {
  status: number
  headers: Headers
  body: Buffer
}

export interface Call {
  method?: string
  headers?: Record<string, string>
  body?: Uint8Array | string
}

/** Calls a proxy on this port under this host name, from the local address `from`. */
export function tlsClient(port: number, name: string, certificate: string, from = '127.0.0.1') {
  const dial = () =>
    new Promise<TLSSocket>((resolve, reject) => {
      const plain = connect({ port, host: '127.0.0.1', localAddress: from })
      const socket = connectTls({ socket: plain, servername: name, ca: certificate, ALPNProtocols: ['http/1.1'] })
      socket.once('secureConnect', () => resolve(socket)).once('error', reject)
    })

  async function call(path: string, { method = 'GET', headers = {}, body = '' }: Call = {}): Promise<Answered> {
    const socket = await dial()
    const bytes = Buffer.from(body)
    const all = {
      host: name,
      connection: 'close',
      ...headers,
      ...(bytes.length > 0 ? { 'content-length': bytes.length } : {}),
    }
    socket.write(headOf(`${method} ${path}`, all))
    socket.write(bytes)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
    await new Promise((closed) => socket.once('close', closed))
    return readAnswer(Buffer.concat(chunks))
  }

  /** Opens a WebSocket, sends one text frame, and returns the first text received. */
  async function ask(path: string, text: string): Promise<string> {
    const socket = await dial()
    const key = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
    socket.write(headOf(`GET ${path}`, { host: name, connection: 'Upgrade', upgrade: 'websocket', ...key }))
    const chunks: Buffer[] = []
    let isOpen = false
    return new Promise((resolve, reject) => {
      socket.once('error', reject).once('close', () => reject(new Error(`closed: ${Buffer.concat(chunks)}`)))
      socket.on('data', (chunk) => {
        chunks.push(Buffer.from(chunk))
        const all = Buffer.concat(chunks)
        const end = all.indexOf('\r\n\r\n') + 4
        if (end < 4) return
        // A client must mask its frames; a mask of zeros leaves the text unchanged.
        if (!isOpen)
          socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
        isOpen = true
        const frame = all.subarray(end)
        if (frame.length < 2 || frame.length < 2 + frame[1]!) return
        resolve(frame.subarray(2, 2 + frame[1]!).toString())
        socket.destroy()
      })
    })
  }

  return { call, ask }
}

const headOf = (line: string, headers: Record<string, string | number>) =>
  `${[`${line} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`

function readAnswer(bytes: Buffer): Answered {
  const end = bytes.indexOf('\r\n\r\n')
  const [status = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n')
  const headers = new Headers(lines.map((line) => line.split(/:\s*/, 2) as [string, string]))
  const rest = bytes.subarray(end + 4)
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest
  return { status: Number(status.split(' ')[1]), headers, body }
}

function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at)
    const length = Number.parseInt(bytes.subarray(at, end).toString(), 16)
    if (!(length > 0)) break
    chunks.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return Buffer.concat(chunks)
}
