// HTTP over a plain socket, for requests that fetch cannot send.
import { connect, type Socket } from 'node:net'
import { type Answer, readAnswer } from './answers.ts'

/** Sends these bytes unchanged and reads until the server closes, which needs `connection: close` in the request. */
export async function sendRaw(base: string, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = dial(base)
  for (const part of parts) socket.write(part)
  return readAll(socket)
}

/** Sends a request with this literal request line, and reads the answer as the client does. */
export async function request(base: string, line: string, headers: string[] = [], body = ''): Promise<Answer> {
  const head = [`${line} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers].join('\r\n')
  return parse(await sendRaw(base, `${head}\r\n\r\n${body}`))
}

export async function parse(text: string): Promise<Answer> {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const http = Number(status.split(' ')[1])
  const headers = lines.map((line) => line.split(/:\s*/, 2) as [string, string])
  const body = rest.join('\r\n\r\n')
  return readAnswer(new Response(body, { status: http, headers }))
}

/** Sends the start of a request and closes the connection, as a phone does that loses its signal. */
export async function sendAndHangUp(base: string, part: string | Uint8Array): Promise<void> {
  const socket = dial(base)
  await new Promise((sent) => socket.write(part, sent))
  socket.end()
  socket.destroySoon()
  await new Promise((closed) => socket.once('close', closed))
}

function dial(base: string): Socket {
  const { port, hostname } = new URL(base)
  const socket = connect(Number(port), hostname)
  // If the server has closed the connection, writes fail, but its answer can still be read.
  socket.on('error', () => {})
  return socket
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
  await new Promise((closed) => socket.once('close', closed))
  return Buffer.concat(chunks).toString('utf8')
}

/** A chunked body of `count` chunks of this many bytes. */
export function chunked(bytes: number, count: number): string {
  const chunk = `${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`
  return `${chunk.repeat(count)}0\r\n\r\n`
}
