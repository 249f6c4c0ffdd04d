import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { busyMovie } from '../../web-srv/src/media/clips.fixture.ts'
import { until } from '../stack.ts'
import { refused, success } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'
import { sendAndHangUp } from './raw.ts'

// No upload of this file may leave a row or a file.
let api: Api
let person: Person
beforeAll(async () => {
  api = await startTestApi()
  person = await api.person()
}, startLimitMs)
afterAll(() => api.close())

const files = async () => {
  const entries = await readdir(api.stack.mediaDir, { recursive: true, withFileTypes: true })
  return entries.filter((one) => one.isFile()).map((one) => one.name)
}
const nothingLeft = async () => {
  expect(await api.videosOf(person)).toEqual([])
  expect(success(await api.get('/feed/')).video_list).toEqual([])
  expect([await api.rows('video'), await files()]).toEqual([0, []])
}
const send = (data: string | Blob, title = 'no video') => api.publish({ data, token: person.token, title })
const file = (content: string | Uint8Array<ArrayBuffer>, name = 'a.mp4') =>
  new File([content], name, { type: 'video/mp4' })
const ftyp = Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex')

test('while an upload keeps the parser of videos busy, other requests are answered, until it is rejected and leaves nothing', async () => {
  let isOver = false
  const busy = send(file(busyMovie())).finally(() => {
    isOver = true
  })
  let answers = 0
  for (; !isOver; answers++) success(await api.get('/feed/'))
  expect(refused(await busy).status_msg).toContain('this video takes too long to examine')
  expect(answers).toBeGreaterThan(500)
  await nothingLeft()
}, 30_000)

describe('an upload that is no video is rejected and leaves nothing:', () => {
  const bytesOf = async (name: Parameters<typeof clip>[0]) => (await clip(name)).bytes()
  const noVideos: [string, () => Promise<string | Uint8Array<ArrayBuffer>>][] = [
    ['an empty file', async () => ''],
    ['a text', async () => 'this is not a video\n'],
    ['HTML', async () => '<!doctype html><script>alert(1)</script>'],
    ['a script', async () => '#!/bin/sh\necho hello\n'],
    ['a playlist of other files', async () => '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'],
    ['noise', async () => new Uint8Array(randomBytes(20_000))],
    ['ftyp alone', async () => new Uint8Array(ftyp)],
    ['ftyp and noise', async () => new Uint8Array(Buffer.concat([ftyp, randomBytes(20_000)]))],
    ['a PNG', () => bytesOf('picture.png')],
    ['a JPEG', () => bytesOf('picture.jpg')],
    ['sound without a picture', () => bytesOf('sound.mp4')],
    ['a WAV', () => bytesOf('sound.wav')],
    ['a video without its end, where the index is', async () => (await bytesOf('tiny.mp4')).slice(0, -700)],
    ['the first half of a video with its index in front', async () => half(await bytesOf('front.mp4'))],
    ['a video whose pictures are noise', async () => noisy(await bytesOf('front.mp4'))],
  ]
  const half = (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, bytes.length / 2)
  const noisy = (bytes: Uint8Array<ArrayBuffer>) => {
    const start = Buffer.from(bytes).indexOf('mdat') + 4
    const noise = new Uint8Array(randomBytes(bytes.length - start))
    return new Uint8Array(Buffer.concat([bytes.slice(0, start), noise]))
  }

  test.each(noVideos)('%s', async (_name, content) => {
    refused(await send(file(await content())))
    await nothingLeft()
  })
})

describe('a form is rejected and leaves nothing', () => {
  test('if the video is missing, a plain field or under another name', async () => {
    refused(await api.publish({ token: person.token, title: 'nothing' }))
    refused(await send('just a text'))
    refused(await api.publish({ token: person.token, title: 'other name', file: await clip('tiny.mp4') }))
    await nothingLeft()
  })

  test('if the body is no form, or empty', async () => {
    const body = await (await clip('tiny.mp4')).bytes()
    const query = { token: person.token, title: 'bare' }
    for (const type of ['video/mp4', 'application/json', 'multipart/form-data', 'application/x-www-form-urlencoded'])
      refused(await api.post('/publish/action/', query, { body, headers: { 'content-type': type } }))
    refused(await api.post('/publish/action/', query))
    await nothingLeft()
  })

  test('without a valid token', async () => {
    const data = await clip('tiny.mp4')
    refused(await api.publish({ data, title: 'whose' }))
    refused(await api.publish({ data, title: 'whose', token: 'bad' }))
    refused(await api.publish({ data, title: 'whose', token: '' }, { token: '' }))
    await nothingLeft()
  })

  test('if it is truncated', async () => {
    const { body, type } = await form(await clip('tiny.mp4'))
    for (const end of [body.length - 60, Math.floor(body.length / 2), 40]) {
      const headers = { 'content-type': type }
      refused(await api.post('/publish/action/', { token: person.token }, { body: body.slice(0, end), headers }))
    }
    await nothingLeft()
  })

  test('if the client disconnects in the middle of it', async () => {
    const { body, type } = await form(await clip('larger.mp4'))
    const head = [
      'POST /douyin/publish/action/ HTTP/1.1',
      'host: localhost',
      `content-type: ${type}`,
      `content-length: ${body.length}`,
      '\r\n',
    ].join('\r\n')
    for (const part of [0, 10, Math.floor(body.length / 2), body.length - 1])
      await sendAndHangUp(api.stack.base, Buffer.concat([Buffer.from(head), body.slice(0, part)]))
    await until(async () => (await files()).length === 0)
    await nothingLeft()
  })

  async function form(data: File) {
    const fields = new FormData()
    fields.append('data', data)
    fields.append('token', person.token)
    fields.append('title', 'cut off')
    const response = new Response(fields)
    return { body: await response.bytes(), type: response.headers.get('content-type')! }
  }
})
