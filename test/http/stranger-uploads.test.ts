import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdir, stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { until } from '../stack.ts'
import { refused, success } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'
import { parse } from './raw.ts'

const budgetBytes = 2 << 20
const maxPerAddress = 100
let api: Api
let person: Person
beforeAll(async () => {
  api = await startTestApi({ env: { FFMPEG_PATH: 'none', MAX_UNKNOWN_UPLOAD_BYTES: String(budgetBytes) } })
  person = await api.person()
}, startLimitMs)
afterAll(() => api?.close())

const part = (name: string, more = '') => `--xx\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`
const field = (name: string, value: string) => `${part(name)}${value}\r\n`
const fileHead = part('data', '; filename="a.mp4"')

interface Sending {
  socket: Socket
  received(): string
  closed: Promise<void>
}

/** Starts an upload with this content-length; the test writes the rest of the body. */
function begin(start: string, length = 100 << 20, query = '', headers = ''): Sending {
  const socket = connect(Number(new URL(api.stack.base).port), '127.0.0.1')
  let received = ''
  socket.on('data', (bytes) => {
    received += bytes
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.write(
    `POST /douyin/publish/action/${query} HTTP/1.1\r\nhost: localhost\r\naccept-language: en\r\n${headers}content-type: multipart/form-data; boundary=xx\r\ncontent-length: ${length}\r\n\r\n${start}`,
  )
  return { socket, received: () => received, closed }
}

const answered = (sending: Sending) => until(async () => /\r\n\r\n.*\}$/s.test(sending.received()), 10_000)

async function storedBytes(): Promise<number> {
  const folder = join(api.stack.mediaDir, 'tmp')
  const sizes = (await readdir(folder)).map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

test('uploads before a token share a byte budget, and beyond it they are rejected and deleted', async () => {
  const sending = Array.from({ length: 8 }, () => begin(fileHead))
  const chunk = Buffer.alloc(64 << 10)
  for (let sent = 0; sent < 1 << 20; sent += chunk.length) for (const { socket } of sending) socket.write(chunk)
  await until(async () => sending.some((one) => one.received() !== ''))
  expect(await storedBytes()).toBeLessThanOrEqual(budgetBytes)
  const first = sending.find((one) => one.received() !== '')!
  await answered(first)
  expect(first.received()).toContain('send the token before the file')
  for (const { socket } of sending) socket.destroy()
  await until(async () => (await storedBytes()) === 0)
})

test('aborted uploads release their bytes, so that a later upload with its token last is accepted', async () => {
  for (let i = 0; i < 5; i++) {
    const one = begin(fileHead)
    one.socket.write(Buffer.alloc(1 << 20))
    await until(async () => (await storedBytes()) > 0)
    one.socket.destroy()
    await until(async () => (await storedBytes()) === 0)
  }
  success(await api.publish({ data: await clip('tiny.mp4'), title: 'token last', token: person.token }))
})

test.each([
  ['in the query', '', '?token=bad', ''],
  ['in the header', '', '', 'authorization: Bearer bad\r\n'],
  ['in a field before the file', field('token', 'bad'), '', ''],
])('a bad token %s is rejected before a byte of the file is stored', async (_where, before, query, headers) => {
  const one = begin(`${before}${fileHead}${'x'.repeat(1000)}`, 100 << 20, query, headers)
  await answered(one)
  expect(one.received()).toContain('"status_code":3')
  expect(await storedBytes()).toBe(0)
  one.socket.destroy()
})

test('an upload with a valid token before the file, in the query or a field, does not count against that budget', async () => {
  const film = Buffer.alloc(3 << 20)
  const fields = field('token', person.token) + field('title', 'x')
  for (const [start, query] of [
    [fields, ''],
    ['', `?token=${person.token}&title=x`],
  ] as const) {
    const body = Buffer.concat([Buffer.from(`${start}${fileHead}`), film, Buffer.from('\r\n--xx--\r\n')])
    const one = begin('', body.length, query)
    one.socket.write(body)
    await answered(one)
    const answer = await parse(one.received())
    // The upload was read completely and then rejected as no video.
    expect(refused(answer).status_msg).toContain('this is not an MP4')
    one.socket.destroy()
  }
})

test('one address may have 100 such uploads in flight, and a further one is answered 503', async () => {
  const sending = Array.from({ length: maxPerAddress }, () => begin(fileHead))
  for (const { socket } of sending) socket.write('x'.repeat(1000))
  const next = begin(fileHead)
  await answered(next)
  expect(next.received()).toContain(' 503 ')
  for (const { socket } of [...sending, next]) socket.destroy()
})

test('an upload that does not fit on the disk is rejected, and the feed is still served', async () => {
  const small = await startTestApi({ env: { FFMPEG_PATH: 'none', MEDIA_RESERVE_BYTES: String(2 ** 49) } })
  try {
    const owner = await small.person()
    const answer = await small.publish({ token: owner.token, title: 'x', data: await clip('tiny.mp4') })
    expect(refused(answer).status_msg).toContain('no room')
    success(await small.get('/feed/'))
  } finally {
    await small.close()
  }
}, 60_000)
