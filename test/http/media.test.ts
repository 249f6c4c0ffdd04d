import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { success, type Video } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip, filmHash, probe } from './clips.ts'
import { sendRaw } from './raw.ts'

let api: Api
let author: Person
let video: Video
let whole: Buffer
beforeAll(async () => {
  api = await startTestApi()
  author = await api.person()
  video = await api.video(author)
  whole = Buffer.from(await (await fetch(video.play_url)).arrayBuffer())
}, startLimitMs)
afterAll(() => api.close())

const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(video.play_url, { method, headers })
const range = (bytes: string, more = {}) => get({ range: `bytes=${bytes}`, ...more })

describe('play_url', () => {
  test('serves the uploaded film, picture for picture', async () => {
    const uploaded = await (await clip('tiny.mp4')).arrayBuffer()
    expect(await filmHash(await (await get()).arrayBuffer())).toBe(await filmHash(uploaded))
    expect(await probe(await (await get()).arrayBuffer())).toMatchObject({ codec_name: 'h264', width: 64, height: 48 })
  })

  test('has the index before the pictures, so that playback can start at once', async () => {
    const uploaded = Buffer.from(await (await clip('tiny.mp4')).arrayBuffer())
    expect(uploaded.indexOf('moov')).toBeGreaterThan(uploaded.indexOf('mdat'))
    expect(whole.indexOf('moov')).toBeGreaterThan(0)
    expect(whole.indexOf('moov')).toBeLessThan(whole.indexOf('mdat'))
  })

  test('is served as video/mp4, with headers against sniffing and execution', async () => {
    const headers = (await get()).headers.toJSON()
    expect(headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(whole.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    expect(headers['content-disposition']).toStartWith('inline')
  })

  test('of a WebM is served as video/webm', async () => {
    success(await api.publish({ data: await clip('tiny.webm'), token: author.token, title: 'webm' }))
    const [newest] = await api.videosOf(author)
    expect((await fetch(newest!.play_url)).headers.get('content-type')).toBe('video/webm')
  })

  test('answers HEAD without a body', async () => {
    const answer = await get({}, 'HEAD')
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'video/mp4', ''])
  })

  test('does not depend on the file name or type that the client sends', async () => {
    const bytes = await (await clip('tiny.mp4')).bytes()
    const names = [
      '../../evil.mp4',
      '/etc/passwd',
      'a;rm -rf $(x).mp4',
      '-y.mp4',
      'page.html',
      '片.php',
      `a"b'.mp4`,
      ' ',
    ]
    for (const name of names) {
      const data = new File([bytes], name, { type: 'text/html' })
      success(await api.publish({ data, token: author.token, title: `named ${name}` }))
      const [newest] = await api.videosOf(author)
      expect(newest?.play_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/static\/[0-9a-f]+\.mp4$/)
      expect((await fetch(newest!.play_url)).headers.get('content-type')).toBe('video/mp4')
    }
    const folders = await readdir(api.stack.mediaDir, { recursive: true })
    expect(folders.filter((path) => /evil|passwd|rm|page|php/.test(path))).toEqual([])
  })
})

describe('cover_url', () => {
  test('is a picture with the aspect ratio of the film', async () => {
    const answer = await fetch(video.cover_url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const { codec_name, width, height } = await probe(await answer.arrayBuffer())
    expect([codec_name, width / height]).toEqual(['mjpeg', 64 / 48])
  })
})

describe('a range', () => {
  test.each([
    ['0-0', 0, 0],
    ['0-99', 0, 99],
    ['100-', 100, undefined],
    ['-100', -100, undefined],
    ['50-999999999', 50, undefined],
    ['-999999999', 0, undefined],
  ])('%s is 206 and exactly those bytes', async (requested, first, last) => {
    const from = first < 0 ? whole.length + first : first
    const to = last ?? whole.length - 1
    const answer = await range(requested)
    const { status, headers } = answer
    expect([status, headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/${whole.length}`])
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect([bytes.length, bytes.equals(whole.subarray(from, to + 1))]).toEqual([to - from + 1, true])
  })

  test('beyond the end is 416 and returns the length of the file', async () => {
    for (const requested of [`${whole.length}-`, '999999999-', '-0']) {
      const answer = await range(requested)
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`])
      expect(await answer.text()).toBe('')
    }
  })

  test('that is invalid is ignored: the whole file is returned', async () => {
    for (const requested of ['abc', '9-5', '-', '1-2-3', '0x1-', '']) {
      const answer = await range(requested)
      expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, whole.length])
    }
  })

  test('after another can read the whole file', async () => {
    const step = Math.ceil(whole.length / 5)
    const starts = Array.from({ length: 5 }, (_, i) => i * step)
    const parts = await Promise.all(
      starts.map(async (from) => Buffer.from(await (await range(`${from}-${from + step - 1}`)).arrayBuffer())),
    )
    expect(Buffer.concat(parts).equals(whole)).toBe(true)
  })

  test('with If-Range of another version returns the whole file', async () => {
    const etag = (await get()).headers.get('etag')!
    expect((await range('0-9', { 'if-range': etag })).status).toBe(206)
    expect((await range('0-9', { 'if-range': '"other"' })).status).toBe(200)
  })
})

describe('a file that the client has cached', () => {
  test('is 304 by its ETag, without a body', async () => {
    const etag = (await get()).headers.get('etag')!
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get({ 'if-none-match': tags })
      expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([304, etag, ''])
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('has the same ETag for the same content, and another one for other content', async () => {
    const same = await api.video(await api.person())
    const etagOf = async (url: string) => (await fetch(url)).headers.get('etag')
    expect(await etagOf(same.play_url)).toBe(await etagOf(video.play_url))
    expect(await etagOf(video.cover_url)).not.toBe(await etagOf(video.play_url))
  })
})

describe('nothing outside the media can be read', () => {
  const key = () => new URL(video.play_url).pathname.split('/').at(-1)!

  test('by any spelling of a path traversal', async () => {
    const ups = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..\\', '%c0%ae%c0%ae/', '..%252f', '....//', '%00/']
    const targets = ['etc/passwd', 'package.json', 'web-srv/src/main.ts']
    for (const up of ups)
      for (const target of targets)
        for (const start of ['/static/', `/static/${key()}/`, '/static/avatar/', '/static/tmp/', '/']) {
          const path = start + up.repeat(8) + target
          const answer = await sendRaw(api.stack.base, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
          expect(`${path} ${answer.split('\r\n')[0]}`).toMatch(/ HTTP\/1\.1 40[04] /)
          expect(answer).not.toMatch(/root:|workspaces|import /)
        }
  })

  test('by an invalid key, or one of no file', async () => {
    const file = key()
    const paths = ['', 'tmp', 'tmp/', '.', file.slice(0, 2), `${file}%00`, `${file}.mp4`, file.toUpperCase()]
    for (const path of [...paths, `${'0'.repeat(64)}.mp4`, 'a'.repeat(5000), 'avatar/x.png', 'avatar/1.svg', 'avatar/'])
      expect([path, (await fetch(`${api.stack.base}/static/${path}`)).status]).toEqual([path, 404])
  })

  test('through a symbolic link among the media', async () => {
    const [path] = (await readdir(api.stack.mediaDir, { recursive: true })).filter((one) => one.endsWith(key()))
    const name = `${key().slice(0, 60)}0000.mp4`
    await symlink('/etc/passwd', join(api.stack.mediaDir, dirname(path!), name))
    expect((await fetch(video.play_url.replace(key(), name))).status).toBe(404)
  })

  test('and no file of the media can be written or deleted', async () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) expect((await get({}, method)).status).toBe(405)
    expect((await get()).status).toBe(200)
  })
})
