import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { type Api, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api?.close())

/** Opens a connection and collects what it receives. */
function dial() {
  const socket = connect(Number(new URL(api.stack.base).port), '127.0.0.1')
  let received = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    received += bytes
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return { socket, received: () => received, closed }
}

test.concurrent('a body that does not arrive in time is answered 408, and its connection is closed', async () => {
  const { socket, received, closed } = dial()
  socket.write('POST /douyin/user/login/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000\r\n\r\n')
  const timer = setInterval(() => socket.write('a'), 1000)
  await closed
  clearInterval(timer)
  expect(received()).toStartWith('HTTP/1.1 408 ')
  expect(received()).toContain('"status_code":4')
}, 60_000)

/** Longer than a connection may be idle, and than a minute without signal. */
const pauseMs = 62_000

test.concurrent('an upload that pauses for a minute can continue and is published', async () => {
  const person = await api.person()
  const form = new FormData()
  form.set('token', person.token)
  form.set('title', 'after a tunnel')
  form.set('data', await clip('tiny.mp4'), 'a.mp4')
  const whole = new Response(form)
  const type = whole.headers.get('content-type')
  const body = Buffer.from(await whole.arrayBuffer())
  const { socket, received, closed } = dial()
  socket.write(
    `POST /douyin/publish/action/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`,
  )
  socket.write(body.subarray(0, 1000))
  await Bun.sleep(pauseMs)
  socket.write(body.subarray(1000))
  await closed
  expect(received()).toStartWith('HTTP/1.1 200 ')
  expect(received()).toContain('"status_code":0')
}, 180_000)
