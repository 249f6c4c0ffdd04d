import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, queryOf, startLimitMs, startTestApi } from './client.ts'
import { request } from './raw.ts'

let api: Api
let author: Person
let caller: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, caller] = (await api.people(2)) as [Person, Person]
  video = await api.video(author)
}, startLimitMs)
afterAll(() => api.close())

const form = (fields: Record<string, string>) => ({ body: new URLSearchParams(fields) })
const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
const comment = (text: string) => ({
  token: caller.token,
  video_id: String(video.id),
  action_type: '1',
  comment_text: text,
})
const getWithForm = (path: string, fields: Record<string, string | number>) => {
  const body = queryOf(fields).slice(1)
  const headers = ['content-type: application/x-www-form-urlencoded', `content-length: ${body.length}`]
  return request(api.stack.base, `GET ${path}`, headers, body)
}
const whoIs = async (answer: Promise<Parameters<typeof success>[0]>) => success(await answer).user.id

describe('a parameter is taken from', () => {
  test('the query, for POST too', async () => {
    expect(success(await api.post('/comment/action/', comment('query'))).comment.content).toBe('query')
  })

  test('a form', async () => {
    expect(success(await api.post('/comment/action/', {}, form(comment('form')))).comment.content).toBe('form')
  })

  test('a form without a content type', async () => {
    const body = new TextEncoder().encode(new URLSearchParams(comment('unnamed')).toString())
    expect(success(await api.post('/comment/action/', {}, { body })).comment.content).toBe('unnamed')
  })

  test('a multipart form', async () => {
    const body = new FormData()
    for (const [name, value] of Object.entries(comment('parts'))) body.append(name, value)
    expect(success(await api.post('/comment/action/', {}, { body })).comment.content).toBe('parts')
  })

  test('a JSON body, numbers as numbers or as strings', async () => {
    for (const [video_id, action_type] of [
      [video.id, 1],
      [String(video.id), '1'],
    ]) {
      const body = { token: caller.token, video_id, action_type, comment_text: 'json' }
      expect(success(await api.post('/comment/action/', {}, json(body))).comment.content).toBe('json')
    }
  })

  test('query and form together, each with a part of the parameters', async () => {
    const { token, video_id, ...rest } = comment('both')
    expect(success(await api.post('/comment/action/', rest, form({ token, video_id }))).comment.content).toBe('both')
  })

  test('the query of a GET that repeats it in a form body', async () => {
    const fields = { token: caller.token, user_id: author.id }
    const answer = await getWithForm(`/douyin/publish/list/${queryOf(fields)}`, fields)
    expect(success(answer).video_list.map((one) => one.id)).toEqual([video.id])
  })

  test('the header Authorization: Bearer, as a token', async () => {
    const headers = { authorization: `Bearer ${caller.token}` }
    expect(await whoIs(api.get('/user/', {}, { headers }))).toBe(caller.id)
  })
})

describe('a repeated parameter', () => {
  test('counts once, and the query has precedence over the form', async () => {
    const both = await api.post('/comment/action/', comment('same'), form(comment('same')))
    expect(success(both).comment.content).toBe('same')
    const differing = await api.post('/comment/action/', comment('query wins'), form(comment('form loses')))
    expect(success(differing).comment.content).toBe('query wins')
  })

  test('counts once within the query, a form or a multipart form', async () => {
    const doubled = (text: string) => [...Object.entries(comment(text)), ...Object.entries(comment(text))]
    const query = new URLSearchParams(doubled('in the query'))
    const parts = new FormData()
    for (const [name, value] of doubled('in parts')) parts.append(name, value)
    const answers = [
      await api.post(`/comment/action/?${query}`),
      await api.post('/comment/action/', {}, { body: new URLSearchParams(doubled('in a form')) }),
      await api.post('/comment/action/', {}, { body: parts }),
    ]
    expect(answers.map((answer) => success(answer).comment.content)).toEqual(['in the query', 'in a form', 'in parts'])
  })

  test('never mixes two users: the token of the query decides', async () => {
    const answer = await api.get('/user/', { token: caller.token }, { method: 'GET' })
    expect(success(answer).user.id).toBe(caller.id)
    const other = { ...comment('whose'), token: author.token }
    expect(success(await api.post('/comment/action/', comment('whose'), form(other))).comment.user.id).toBe(caller.id)
  })

  test('is taken from the query even if only the form has a valid value', async () => {
    const before = await api.rows('comment')
    refused(await api.post('/comment/action/', { video_id: 'abc' }, form(comment('good'))))
    refused(await api.post('/comment/action/', { token: 'bad' }, form(comment('good'))))
    expect(await api.rows('comment')).toBe(before)
  })

  test('with brackets or as an array is rejected', async () => {
    const { video_id, ...rest } = comment('brackets')
    refused(await api.post('/comment/action/', { ...rest, 'video_id[]': video_id }))
    refused(await api.post('/comment/action/', {}, json({ ...rest, video_id: [video_id] })))
    refused(await api.post('/comment/action/', {}, json({ ...rest, video_id: { id: video_id } })))
  })
})

describe('broken input', () => {
  test('as JSON is rejected', async () => {
    for (const body of ['{', '[]', 'null', '"text"', '1', '{"token":', '\u0000'])
      refused(await api.post('/comment/action/', {}, { body, headers: { 'content-type': 'application/json' } }))
  })

  test('as a multipart form is rejected', async () => {
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x', 'multipart/form-data; boundary='])
      for (const body of ['', 'nonsense', '--x\r\n', '--x\r\ncontent-disposition: form-data\r\n\r\n'])
        refused(await api.post('/comment/action/', {}, { body, headers: { 'content-type': type } }))
  })

  test('in the percent-encoding of a query is rejected, or ignored if the parameter is optional', async () => {
    for (const broken of ['%', '%zz', '%ff%fe', '%E6%8A', '%00'])
      refused(await api.get(`/comment/list/?video_id=${broken}`))
    success(await api.get(`/feed/?latest_time=%zz&token=%ff`))
  })

  test('such as the parameter names __proto__ and constructor has no effect', async () => {
    for (const name of ['__proto__', 'constructor', '__proto__[video_id]', 'toString', 'hasOwnProperty'])
      refused(await api.get('/comment/list/', { [name]: video.id }))
    const polluted = `{"__proto__":{"video_id":"${video.id}"}}`
    refused(
      await api.post('/favorite/action/', { token: caller.token, action_type: 1 }, { ...json({}), body: polluted }),
    )
    refused(await api.get('/comment/list/'))
  })
})
