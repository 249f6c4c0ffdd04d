import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { refused, success } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'
import { decode, forge } from './forge.ts'
import { parse, sendRaw } from './raw.ts'

const maxBytes = 20_000
const previousSecret = crypto.randomUUID()
let api: Api
let person: Person
beforeAll(async () => {
  const settings = {
    RATE_LIMIT: 'on',
    PUBLIC_BASE_URL: 'https://video.example.org/',
    TIME_ZONE: 'Pacific/Niue',
    MAX_UPLOAD_BYTES: String(maxBytes),
    PASSWORD_MIN: '9',
    JWT_SECRET_PREVIOUS: previousSecret,
  }
  api = await startTestApi({ env: settings })
  person = await api.person()
}, startLimitMs)
afterAll(() => api.close())

const files = async () => {
  const entries = await readdir(api.stack.mediaDir, { recursive: true, withFileTypes: true })
  return entries.filter((one) => one.isFile()).length
}
const today = (timeZone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(Date.now()).slice(5)

test('URLs begin with the configured public base URL', async () => {
  const { play_url, cover_url, author } = await api.video(person)
  for (const url of [play_url, cover_url, author.avatar, author.background_image])
    expect(url).toStartWith('https://video.example.org/static/')
})

test('the date of a comment is in the configured time zone', async () => {
  const { id } = await api.video(person)
  const before = today('Pacific/Niue')
  const added = { token: person.token, video_id: id, action_type: 1, comment_text: 'today' }
  const { comment } = success(await api.post('/comment/action/', added))
  expect([before, today('Pacific/Niue')]).toContain(comment.create_date)
})

test('/limits/ returns the configured limits, and the minimum password length is enforced', async () => {
  const limits = await (await fetch(`${api.stack.base}/douyin/limits/`)).json()
  expect(limits).toMatchObject({ video_bytes: maxBytes, password_characters_min: 9, password_characters: 32 })
  const register = (password: string) => api.post('/user/register/', { username: `of ${password}`, password })
  refused(await register('12345678'))
  success(await register('123456789'))
})

test('a token of the previous secret is valid, and new tokens are signed with the current one', async () => {
  const userOf = (token: string) => api.get('/user/', { token })
  expect(success(await userOf(forge(person.id, { key: previousSecret }))).user.id).toBe(person.id)
  refused(await userOf(forge(person.id, { key: crypto.randomUUID() })))
  const { kid } = decode(person.token.split('.')[0]!)
  expect(success(await userOf(forge(person.id, { header: { kid } }))).user.id).toBe(person.id)
  refused(await userOf(forge(person.id, { header: { kid }, key: previousSecret })))
})

describe('a video larger than allowed', () => {
  const large = async () => {
    const file = await clip('larger.mp4')
    expect(file.size).toBeGreaterThan(maxBytes)
    return file
  }

  test('is HTTP 413 and leaves no row and no file', async () => {
    const [videos, stored] = [await api.rows('video'), await files()]
    const answer = await api.publish({ data: await large(), token: person.token, title: 'too large' })
    expect([answer.http, answer.body.status_code !== 0]).toEqual([413, true])
    expect([await api.rows('video'), await files()]).toEqual([videos, stored])
  })

  test('is HTTP 413 in chunks without a length', async () => {
    const stored = await files()
    const head = [
      'POST /douyin/publish/action/ HTTP/1.1',
      'host: localhost',
      'connection: close',
      'content-type: multipart/form-data; boundary=x',
      'transfer-encoding: chunked',
      '\r\n',
    ].join('\r\n')
    const part = '--x\r\ncontent-disposition: form-data; name="data"; filename="a.mp4"\r\n\r\n'
    const body = Buffer.concat([Buffer.from(part), await (await large()).bytes(), Buffer.from('\r\n--x--\r\n')])
    const size = `${body.length.toString(16)}\r\n`
    const answer = await parse(await sendRaw(api.stack.base, head, size, body, '\r\n0\r\n\r\n'))
    expect([answer.http, answer.body.status_code !== 0]).toEqual([413, true])
    expect(await files()).toBe(stored)
  })
})

describe('with a rate limit', () => {
  test('guessing a password ends in HTTP 429 with a retry-after header', async () => {
    const { name } = await api.person()
    const guess = () => api.post('/user/login/', { username: name, password: 'a wrong guess' })
    for (let i = 0; i < 10; i++) refused(await guess())
    const answer = await guess()
    expect([answer.http, answer.body.status_code !== 0, answer.body.token]).toEqual([429, true, ''])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.post('/user/login/', { username: person.name, password: 'wrong' })).http).toBe(200)
  })
})
