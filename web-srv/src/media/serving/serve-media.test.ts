import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { join } from 'node:path'
import { makeFolder, removeFolder } from '../clips.fixture.ts'
import { localDisk } from '../store/storage.ts'
import { serveMedia } from './serve-media.ts'

const content = Array.from({ length: 1000 }, (_, i) => String(i % 10)).join('')
const hash = new Bun.CryptoHasher('sha256').update(content).digest('hex')
const key = `${hash}.mp4`
let folder: string
let server: ReturnType<typeof Bun.serve>

beforeAll(async () => {
  folder = await makeFolder()
  const storage = await localDisk(join(folder, 'media'))
  await Bun.write(storage.temporaryPath().replace(/[^/]*$/, 'one'), content)
  await storage.store([{ path: join(folder, 'media/tmp/one'), key }], async () => {})
  await Bun.write(join(folder, 'secret.mp4'), 'secret')
  server = Bun.serve({
    port: 0,
    fetch: (request) => serveMedia(storage, request.url.slice(request.url.indexOf('/', 8) + 1), request),
  })
})
afterAll(async () => {
  await server.stop(true)
  await removeFolder(folder)
})

const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(`${server.url}${key}`, { method, headers })

/** The response as it is on the wire, for paths that `fetch` would normalise. */
async function raw(request: string) {
  const socket = connect(server.port!, 'localhost')
  socket.write(`${request}\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  let response = ''
  for await (const bytes of socket) response += bytes
  return response
}

async function expectWhole(response: Response) {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-length')).toBe('1000')
  expect(response.headers.get('content-range')).toBeNull()
  expect(await response.text()).toBe(content)
}

describe('a whole file', () => {
  test('comes with headers that let it be cached for 2 s and never be run', async () => {
    const response = await get()
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=2, must-revalidate',
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      etag: `"${hash}"`,
    })
    await expectWhole(response)
  })

  test('is described by HEAD without being sent', async () => {
    const response = await raw(`HEAD /${key} HTTP/1.1`)
    expect(response.toLowerCase()).toContain('content-length: 1000\r\n')
    expect(response.startsWith('HTTP/1.1 200')).toBe(true)
    expect(response.endsWith('\r\n\r\n')).toBe(true)
  })

  test('is not sent again to a client that has it', async () => {
    for (const tags of [`"${hash}"`, `W/"${hash}"`, `"other", "${hash}"`, '*']) {
      const response = await get({ 'if-none-match': tags, range: 'bytes=0-9' })
      expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([304, `"${hash}"`, ''])
    }
    await expectWhole(await get({ 'if-none-match': '"other"' }))
  })

  test('is sent if the range header is not a single range', async () => {
    for (const range of [
      'bytes=0-1,5-6',
      'bytes=-',
      'bytes=9-2',
      'bytes=a-b',
      'items=0-5',
      'bytes 0-5',
      '0-5',
      'bytes=--5',
    ])
      await expectWhole(await get({ range }))
  })

  test('is sent if the range belongs to another version', async () => {
    await expectWhole(await get({ range: 'bytes=0-9', 'if-range': '"other"' }))
    await expectWhole(await get({ range: 'bytes=0-9', 'if-range': `W/"${hash}"` }))
    const same = await get({ range: 'bytes=0-9', 'if-range': `"${hash}"` })
    expect([same.status, await same.text()]).toEqual([206, '0123456789'])
  })
})

describe('a range', () => {
  test('comes with its position and its own length', async () => {
    const cases = {
      'bytes=0-0': [0, 0],
      'bytes=5-14': [5, 14],
      'bytes=990-': [990, 999],
      'bytes=990-5000': [990, 999],
      'bytes=-3': [997, 999],
      'bytes=-5000': [0, 999],
    } as const
    for (const [range, [start, end]] of Object.entries(cases)) {
      const response = await get({ range })
      expect(response.status).toBe(206)
      expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/1000`)
      expect(response.headers.get('content-length')).toBe(`${end - start + 1}`)
      expect(response.headers.get('content-type')).toBe('video/mp4')
      expect(await response.text()).toBe(content.slice(start, end + 1))
    }
  })

  test('outside the file is a 416 with the size of the file', async () => {
    for (const range of ['bytes=1000-', 'bytes=5000-6000', 'bytes=-0']) {
      const response = await get({ range })
      expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */1000'])
    }
  })

  test('is ignored for HEAD', async () => {
    const response = await get({ range: 'bytes=0-9' }, 'HEAD')
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '1000'])
  })
})

test('nothing outside the media folder is ever served', async () => {
  const paths = [
    'secret.mp4',
    '../secret.mp4',
    '%2e%2e/secret.mp4',
    '..%5csecret.mp4',
    '..%2fsecret.mp4',
    `${key}%00`,
    '',
  ]
  for (const path of [
    ...paths,
    `${key}%00.jpg`,
    `${hash}.svg`,
    `x/${key}`,
    `${key}/`,
    `%c0%ae%c0%ae/secret.mp4`,
    'tmp/one',
  ])
    expect(await raw(`GET /${path} HTTP/1.1`)).toMatch(/^HTTP\/1\.1 404[\s\S]*\r\n\r\n$/)
})

test('other methods are not allowed', async () => {
  const response = await get({}, 'POST')
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})
