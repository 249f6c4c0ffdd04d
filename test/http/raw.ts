// HTTP written by hand, for what fetch cannot do.
import { connect, type Socket } from 'node:net'
import { type Answer, readAnswer } from './answers.ts'

/** Sends these bytes as they are and reads until the server closes, which `connection: close` asks for. */
export async function sendRaw(base: string, ...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = dial(base)
  for (const part of parts) socket.write(part)
  return readAll(socket)
}

/** A request written by hand, its answer read like any other. */
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

/** Sends the start of a request and then goes away, as a phone in a tunnel does. */
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
  // What the server has closed cannot be written to any more; its answer is what counts.
  socket.on('error', () => {})
  return socket
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
  await new Promise((closed) => socket.once('close', closed))
  return Buffer.concat(chunks).toString('utf8')
}

/** A body in chunks of this many bytes, so many of them. */
export function chunked(bytes: number, count: number): string {
  const chunk = `${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`
  return `${chunk.repeat(count)}0\r\n\r\n`
}
