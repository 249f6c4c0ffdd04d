import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Failure, type Reason } from '@douyin/proto'
import { makeFolder, refusal, removeFolder, temporaryFiles } from '../clips.fixture.ts'
import { localDisk, type Storage } from '../store/storage.ts'
import { receiveUpload } from './receive.ts'

const limits = { maxBytes: 1024 * 1024, maxUploadSeconds: 60 }
let folder: string
let storage: Storage
beforeAll(async () => {
  folder = await makeFolder()
})
beforeEach(async () => {
  storage = await localDisk(folder)
})
afterAll(() => removeFolder(folder))

const post = (body: Bun.BodyInit, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers })
const form = (...parts: [string, string | Blob, string?][]) => {
  const data = new FormData()
  for (const [name, value, file] of parts)
    if (typeof value === 'string') data.append(name, value)
    else data.append(name, value, file ?? 'a.mp4')
  return data
}
const multipart = { 'content-type': 'multipart/form-data; boundary=xx' }
const head = '--xx\r\ncontent-disposition: form-data; name="data"; filename="a.mp4"\r\n\r\n'
const random = (bytes: number) => Buffer.alloc(bytes, crypto.getRandomValues(new Uint8Array(65_521)))

async function expectRejected(request: Request, reason: Reason, uploadLimits = limits) {
  const error = await refusal(receiveUpload(request, storage, uploadLimits))
  expect(error).toBeInstanceOf(Failure)
  expect(error).toMatchObject({ reason })
  expect(await temporaryFiles(folder)).toEqual([])
  return error
}

describe('an upload', () => {
  test('arrives byte for byte with its hash, its parts in any order', async () => {
    const bytes = random(700_001)
    for (const order of [0, 1, 2]) {
      const parts: Parameters<typeof form> = [
        ['token', 'abc'],
        ['data', new Blob([bytes])],
        ['title', '标题 🎬'],
      ]
      const upload = await receiveUpload(post(form(...parts.slice(order), ...parts.slice(0, order))), storage, limits)
      expect({ ...upload.fields }).toEqual({ token: 'abc', title: '标题 🎬' })
      expect(upload.file).toMatchObject({ bytes: 700_001, sha256: createHash('sha256').update(bytes).digest('hex') })
      expect(bytes.equals(await Bun.file(upload.file!.path).bytes())).toBe(true)
      await upload.discard()
      expect(await temporaryFiles(folder)).toEqual([])
    }
  })

  test('has the first value of each name, and only the first file named data', async () => {
    const parts: Parameters<typeof form> = [
      ['cover', new Blob(['cover']), 'c.jpg'],
      ['data', 'a plain field'],
      ['data', new Blob(['first'])],
      ['data', new Blob(['second'])],
      ['title', 'one'],
      ['title', 'two'],
      ['__proto__', 'x'],
    ]
    const upload = await receiveUpload(post(form(...parts)), storage, limits)
    expect(Object.entries(upload.fields)).toEqual([
      ['data', 'a plain field'],
      ['title', 'one'],
      ['__proto__', 'x'],
    ])
    expect(await Bun.file(upload.file!.path).text()).toBe('first')
    await upload.discard()
  })

  test('may have no file or an empty one', async () => {
    const none = await receiveUpload(post(form(['data', 'text'])), storage, limits)
    expect(none.file).toBeUndefined()
    await none.discard()
    for (const parts of [
      [['data', new Blob([])]],
      [
        ['data', new Blob([])],
        ['title', 'x'],
      ],
    ] as Parameters<typeof form>[]) {
      const empty = await receiveUpload(post(form(...parts)), storage, limits)
      expect(empty.file).toMatchObject({ bytes: 0 })
      await empty.discard()
    }
    expect(await temporaryFiles(folder)).toEqual([])
  })

  test('never uses the file name that the client sends', async () => {
    const upload = await receiveUpload(post(form(['data', new Blob(['x']), '../../evil.mp4'])), storage, limits)
    expect(upload.file!.path.startsWith(join(folder, 'tmp'))).toBe(true)
    await upload.discard()
  })
})

describe('a bad upload is rejected and leaves no file', () => {
  test('when it is not a multipart form, or a malformed one', async () => {
    await expectRejected(post('data=1', { 'content-type': 'application/x-www-form-urlencoded' }), 'FORM_NOT_MULTIPART')
    await expectRejected(post('{}', { 'content-type': 'application/json' }), 'FORM_NOT_MULTIPART')
    await expectRejected(post(head, { 'content-type': 'multipart/form-data' }), 'FORM_WITHOUT_BOUNDARY')
    const malformedBodies = [
      '',
      'no boundary at all',
      '--xx',
      head,
      `${head}some bytes`,
      `${head}some bytes\r\n--xx`,
      '--xx\r\nnot: a part',
    ]
    for (const body of malformedBodies) await expectRejected(post(body, multipart), 'FORM_MALFORMED')
    await expectRejected(new Request('http://localhost/', { method: 'POST', headers: multipart }), 'FORM_MALFORMED')
  })

  test('when it is broken so that the parser waits forever', async () => {
    const other = '--xx\r\ncontent-disposition: form-data; name="other"; filename="b"\r\n\r\nzzz\r\n--xx--\r\n'
    const body = Buffer.from(
      `--xx\r\ncontent-disposition: form-daa; name="x"\r\n\r\nvvv\r\n--xx\r\nwrong\r\n\r\n${other}${other}`,
    )
    for (let piece = 1; piece < 40; piece++) {
      const pieces = new ReadableStream({
        start(stream) {
          for (let at = 0; at < body.length; at += piece) stream.enqueue(body.subarray(at, at + piece))
          stream.close()
        },
      })
      const upload = await receiveUpload(post(pieces, multipart), storage, limits).catch((error: unknown) => error)
      if (upload instanceof Error) expect(upload).toMatchObject({ reason: 'FORM_MALFORMED' })
    }
    expect(await temporaryFiles(folder)).toEqual([])
  }, 30_000)

  test('when it is too large, with or without a content-length', async () => {
    const large = new Blob([random(limits.maxBytes + 1)])
    expect(await expectRejected(post(form(['data', large])), 'UPLOAD_TOO_LARGE')).toMatchObject({
      values: { maxMiB: 1 },
    })
    const announced = { ...multipart, 'content-length': '999999999' }
    expect(await expectRejected(post(head, announced), 'UPLOAD_TOO_LARGE')).toMatchObject({ values: { maxMiB: 1 } })
    const ignored = Array.from({ length: 12 }, (): [string, Blob] => ['other', large])
    expect(await expectRejected(post(form(...ignored)), 'UPLOAD_TOO_LARGE')).toMatchObject({ values: { maxMiB: 1 } })
  })

  test('when a field is too long or there are too many parts', async () => {
    const long = form(['data', new Blob(['x'])], ['title', 'x'.repeat(64 * 1024 + 1)])
    await expectRejected(post(long), 'FORM_FIELD_TOO_LONG')
    const many = Array.from({ length: 101 }, (_, i): [string, string] => [`f${i}`, 'x'])
    await expectRejected(post(form(['data', new Blob(['x'])], ...many)), 'FORM_TOO_MANY_PARTS')
  })

  test('when it stalls', async () => {
    const stalled = new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode(`${head}some bytes`)) })
    await expectRejected(post(stalled, multipart), 'UPLOAD_TOO_SLOW', { ...limits, maxUploadSeconds: 0.2 })
  })

  test('when the client disconnects', async () => {
    const outcome = Promise.withResolvers<unknown>()
    const server = Bun.serve({
      port: 0,
      async fetch(request) {
        outcome.resolve(await refusal(receiveUpload(request, storage, limits)))
        return new Response()
      },
    })
    const socket = connect(server.port!, 'localhost')
    const lines = [
      'POST / HTTP/1.1',
      'host: localhost',
      `content-type: ${multipart['content-type']}`,
      'content-length: 900000',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n${head}`)
    socket.write(random(600_000))
    while ((await temporaryFiles(folder)).length === 0) await Bun.sleep(1)
    socket.destroy()
    expect(await outcome.promise).toMatchObject({ reason: 'UPLOAD_BROKEN_OFF' })
    expect(await temporaryFiles(folder)).toEqual([])
    await server.stop(true)
  })
})
