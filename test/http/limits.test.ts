import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, queryOf, startLimitMs, startTestApi } from './client.ts'
import { chunked, parse, request, sendAndHangUp, sendRaw } from './raw.ts'

let api: Api
let person: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  person = await api.person()
  video = await api.video(person)
}, startLimitMs)
afterAll(() => api.close())

const post = (...headers: string[]) =>
  [
    'POST /douyin/comment/action/ HTTP/1.1',
    'host: localhost',
    'connection: close',
    'content-type: application/x-www-form-urlencoded',
    ...headers,
    '\r\n',
  ].join('\r\n')
const comment = (text: string) => ({
  token: person.token,
  video_id: video.id,
  action_type: 1,
  comment_text: text,
})
const tooMuch = 'a'.repeat((1 << 20) + 1)

describe('a request line', () => {
  test('of 16 KB is served', async () => {
    const start = `POST /douyin/comment/action/${queryOf(comment('long line'))}&padding=`
    const line = start.padEnd(16 * 1024 - ' HTTP/1.1'.length, 'x')
    const answer = await request(api.stack.base, line, ['content-length: 0'])
    expect(success(answer).comment.content).toBe('long line')
  })

  test('can carry a comment of 1000 emoji', async () => {
    const text = '🎬'.repeat(1000)
    expect(success(await api.post('/comment/action/', comment(text))).comment.content).toBe(text)
  })

  test('of a megabyte is rejected, and the server keeps serving', async () => {
    const answer = await sendRaw(api.stack.base, `GET /douyin/feed/?x=${tooMuch} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    expect(answer).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/)
    success(await api.get('/feed/'))
  })
})

describe('a form larger than 1 MiB', () => {
  test('is HTTP 413, with and without a content-length', async () => {
    const before = await api.rows('comment')
    const withLength = await api.post('/comment/action/', comment('with a length'), { body: tooMuch })
    expect([withLength.http, withLength.body.status_code !== 0]).toEqual([413, true])
    const answer = await sendRaw(api.stack.base, post('transfer-encoding: chunked'), chunked(65536, 17))
    const withoutLength = await parse(answer)
    expect([withoutLength.http, withoutLength.body.status_code !== 0]).toEqual([413, true])
    expect(await api.rows('comment')).toBe(before)
  })

  test('is HTTP 413 as JSON and as a multipart form too', async () => {
    const parts = new FormData()
    parts.append('comment_text', tooMuch)
    const headers = { 'content-type': 'application/json' }
    for (const init of [{ body: JSON.stringify({ comment_text: tooMuch }), headers }, { body: parts }])
      expect((await api.post('/comment/action/', comment('x'), init)).http).toBe(413)
  })

  test('is rejected only above 1 MiB: a smaller one is accepted', async () => {
    const body = new URLSearchParams({ padding: 'x'.repeat((1 << 20) - 100) })
    expect(success(await api.post('/comment/action/', comment('just fits'), { body })).comment.content).toBe(
      'just fits',
    )
  })
})

describe('a body that claims to be huge', () => {
  test.each(['/douyin/comment/action/', '/douyin/user/update/', '/douyin/publish/action/'])(
    'is answered 413 at once, in the envelope: %s',
    async (path) => {
      const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-type: multipart/form-data; boundary=x']
      const answer = await sendRaw(api.stack.base, `${head.join('\r\n')}\r\ncontent-length: ${2 ** 38}\r\n\r\n--x\r\n`)
      const { http, body } = await parse(answer)
      expect([http, body.status_code]).toEqual([413, 4])
    },
  )
})

describe('a body', () => {
  const fields = (text: string) => queryOf(comment(text)).slice(1)

  test('in chunks is accepted', async () => {
    const body = fields('in chunks')
    const half = Math.floor(body.length / 2)
    const chunks = [body.slice(0, half), body.slice(half), ''].map(
      (part) => `${part.length.toString(16)}\r\n${part}\r\n`,
    )
    const answer = await sendRaw(api.stack.base, post('transfer-encoding: chunked'), ...chunks)
    expect(success(await parse(answer)).comment.content).toBe('in chunks')
  })

  test('shorter than its content-length stores nothing, and the server keeps serving', async () => {
    const before = await api.rows('comment')
    const cut = `${post(`content-length: ${fields('cut').length + 100}`)}${fields('cut')}`
    for (let i = 0; i < 5; i++) await sendAndHangUp(api.stack.base, cut)
    success(await api.post('/comment/action/', comment('after it')))
    expect(await api.rows('comment')).toBe(before + 1)
  })

  test('longer than its content-length is cut there, and the rest is not taken for a request', async () => {
    const before = await api.rows('comment')
    const body = fields('as long as declared')
    const answer = await sendRaw(api.stack.base, post(`content-length: ${body.length}`), `${body} and more\r\n\r\n`)
    expect(success(await parse(answer.slice(0, answer.indexOf('}HTTP') + 1 || undefined))).comment.content).toBe(
      'as long as declared',
    )
    expect(await api.rows('comment')).toBe(before + 1)
  })

  test('with an invalid or contradictory length is HTTP 4xx and stores nothing', async () => {
    const before = await api.rows('comment')
    for (const lies of [
      ['content-length: abc'],
      ['content-length: -5'],
      ['content-length: 5', 'content-length: 9'],
      ['content-length: 5', 'transfer-encoding: chunked'],
    ])
      expect(await sendRaw(api.stack.base, post(...lies), `${fields('smuggled')}`)).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/)
    expect(await api.rows('comment')).toBe(before)
  })

  test('in broken chunks stores nothing, and the server keeps serving', async () => {
    const before = await api.rows('comment')
    await sendRaw(api.stack.base, post('transfer-encoding: chunked'), `zz\r\n${fields('broken')}\r\n0\r\n\r\n`)
    expect(await api.rows('comment')).toBe(before)
    success(await api.get('/feed/'))
  })
})

describe('without a rate limit', () => {
  test('no request of a test run is answered 429', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => api.post('/favorite/action/', { ...comment(''), action_type: 2 })),
    )
    for (const answer of answers) success(answer)
    for (let i = 0; i < 12; i++)
      refused(await api.post('/user/login/', { username: person.name, password: 'not this one' }))
  })
})
