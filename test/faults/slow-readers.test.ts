import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { success } from '../http/answers.ts'
import { type Api, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'

/** More than the buffers of a connection hold, so that most of the film has to wait for the client. */
const filmBytes = 24 << 20
const bytesPerSecond = 10_000
/** More than twice the idle timeout of the server, 30 s, so that it expires whenever the kernel last took data. */
const slowForMs = 65_000

let api: Api
let playUrl: string
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  const author = await api.person()
  success(
    await api.publish({ token: author.token, title: 'large', data: new Blob([await clip('tiny.mp4'), padding()]) }),
  )
  playUrl = (await api.videosOf(author))[0]!.play_url
}, startLimitMs)
afterAll(() => api?.close())

/** A `free` box, which every player skips. */
function padding(): Uint8Array<ArrayBuffer> {
  const box = new Uint8Array(filmBytes)
  new DataView(box.buffer).setUint32(0, filmBytes)
  box.set(new TextEncoder().encode('free'), 4)
  return box
}

/** Reads an answer at `bytesPerSecond` for `slowForMs`, then at full speed; returns its real and promised length. */
async function readSlowly(url: string, headers: string[] = []): Promise<{ bytes: number; contentLength: number }> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `${[`GET ${pathname} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers].join('\r\n')}\r\n\r\n`,
  )
  const startMs = performance.now()
  let head = ''
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
    if (!head.includes('\r\n\r\n')) head += chunk.toString('latin1')
    const leftMs = slowForMs - (performance.now() - startMs)
    if (leftMs <= 0) return
    socket.pause()
    setTimeout(() => socket.resume(), Math.min(leftMs, (chunk.length / bytesPerSecond) * 1000))
  })
  await new Promise((closed) => socket.once('close', closed))
  const contentLength = Number(/^content-length: (\d+)/im.exec(head)?.[1])
  return { bytes: bytes - head.indexOf('\r\n\r\n') - 4, contentLength }
}

test('a client that reads 10 kB/s gets the whole film, and a whole range of it', async () => {
  const [whole, range] = await Promise.all([readSlowly(playUrl), readSlowly(playUrl, [`range: bytes=100-`])])
  expect(whole.contentLength).toBeGreaterThan(filmBytes)
  expect(whole.bytes).toBe(whole.contentLength)
  expect(range.bytes).toBe(whole.contentLength - 100)
}, 120_000)
