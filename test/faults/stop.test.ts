import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { note } from '../goals.ts'
import { success } from '../http/answers.ts'
import { type Api, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'

/** More than any buffer between the two holds. */
const filmBytes = 24 << 20

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api?.close())

test('SIGTERM in the middle of a download: the film comes to its last byte, and the process exits with 0', async () => {
  const person = await api.person()
  const box = Buffer.alloc(filmBytes)
  box.writeUInt32BE(filmBytes)
  box.write('free', 4)
  const film = new Blob([await clip('tiny.mp4'), new Uint8Array(box)])
  success(await api.publish({ data: film, token: person.token, title: 'long' }))
  const { play_url } = (await api.videosOf(person))[0]!
  const { port, pathname } = new URL(play_url)
  const socket = connect(Number(port), '127.0.0.1')
  let received = 0
  let stoppedAt = 0
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  socket.on('data', (bytes) => {
    received += bytes.length
    if (stoppedAt === 0 && received > 1 << 20) {
      stoppedAt = received
      api.stack.processes['web-srv'].kill('SIGTERM')
    }
    // As slow as a phone on a good day.
    socket.pause()
    setTimeout(() => socket.resume(), 12)
  })
  const ended = new Promise<void>((end) => socket.on('close', () => end()))
  expect(await api.stack.processes['web-srv'].exited).toBe(0)
  await ended
  note('R-11 stopped in a download', 'all bytes, exit 0', `${received} bytes, ${stoppedAt} when it was told to stop`)
  expect(stoppedAt).toBeLessThan(filmBytes)
  expect(received).toBeGreaterThan(filmBytes)
}, 60_000)
