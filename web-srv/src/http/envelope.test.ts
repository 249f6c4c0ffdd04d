import { afterAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { sendLater, success } from './envelope.ts'

const sizes = [1, 13_999, 14_000, 16_384, 300_000]
const responses: Record<string, (size: number) => Response> = {
  bytes: (size) => sendLater(Buffer.alloc(size, '.')),
  text: (size) => success({ text: '文'.repeat(size) }),
}
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    await Bun.sleep(2)
    return responses[pathname.slice(1)]!(Number(searchParams.get('size')))
  },
})
afterAll(() => server.stop(true))

test.each(sizes)('a response of %d bytes or characters that is made later arrives whole', async (size) => {
  const get = (kind: string) => fetch(`${server.url}${kind}?size=${size}`)
  const bytes = await get('bytes')
  expect(await bytes.text()).toBe('.'.repeat(size))
  expect(bytes.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await (await get('text')).json()).toEqual({ status_code: 0, status_msg: 'success', text: '文'.repeat(size) })
})

test('a proxy that speaks HTTP/1.0 gets a large response whole and without chunked encoding', async () => {
  const received: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect(server.port!, '127.0.0.1', () =>
    socket.write('GET /bytes?size=20000 HTTP/1.0\r\nHost: a\r\n\r\n'),
  )
  socket.on('data', (bytes) => received.push(Buffer.from(bytes))).on('close', () => resolve())
  await promise
  const [head, body] = Buffer.concat(received).toString().split('\r\n\r\n')
  expect(head).not.toMatch(/transfer-encoding/i)
  expect(body).toBe('.'.repeat(20_000))
})

test('size is counted in bytes, not characters: a response with 5,000 Chinese characters is sent in chunks', async () => {
  const lengthOf = async (size: number) => (await fetch(`${server.url}text?size=${size}`)).headers.get('content-length')
  expect(await lengthOf(4_000)).toBe(String('{"status_code":0,"status_msg":"success","text":""}'.length + 12_000))
  expect(await lengthOf(5_000)).toBeNull()
})
