import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { recordFigure } from '../goal-table.ts'
import { success } from '../http/answers.ts'
import { type Api, paintedCovers, startLimitMs, startTestApi } from '../http/client.ts'
import { clip } from '../http/clips.ts'

/** More than the buffers between server and client hold. */
const filmBytes = 24 << 20

let api: Api
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
}, startLimitMs)
afterAll(() => api?.close())

test('on SIGTERM during a download web-srv sends the film to its last byte and exits with 0', async () => {
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
    // About the speed of a phone with a good connection.
    socket.pause()
    setTimeout(() => socket.resume(), 12)
  })
  const ended = new Promise<void>((end) => socket.on('close', () => end()))
  expect(await api.stack.processes['web-srv'].exited).toBe(0)
  await ended
  recordFigure('R-11 stopped in a download', 'all bytes, exit 0', `${received} bytes, ${stoppedAt} at SIGTERM`)
  expect(stoppedAt).toBeLessThan(filmBytes)
  expect(received).toBeGreaterThan(filmBytes)
}, 60_000)
