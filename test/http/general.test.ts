import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { specOf } from '../../web-srv/src/endpoint/spec.ts'
import { listRoutes } from '../route-list.ts'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { clip } from './clips.ts'
import { type Endpoint, endpoints, named, otherEndpoints } from './endpoints.ts'

let api: Api
let author: Person
let caller: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, caller] = (await api.people(2)) as [Person, Person]
  video = await api.video(author)
  await api.post('/user/register/', named('somebody'))
}, startLimitMs)
afterAll(() => api.close())

const parametersOf = (endpoint: Endpoint) => ({
  ...endpoint.parameters({ user: author.id, video: video.id }),
  ...(endpoint.login === 'none' ? {} : { token: caller.token }),
})
const call = (endpoint: Endpoint, path: string, parameters: Record<string, string | number>) =>
  endpoint.method === 'GET' ? api.get(path, parameters) : api.post(path, parameters)

test('the endpoints of these tests are the routes of the API', async () => {
  const routes = (await listRoutes()).filter(({ handler }) => specOf(handler) !== undefined)
  const tested = endpoints.map(({ method, path }) => `${method} ${path}`)
  expect([...tested, ...otherEndpoints].toSorted()).toEqual(
    routes.map(({ method, path }) => `${method} ${path.replace(/^\/douyin|\/$/g, '')}`).toSorted(),
  )
})

describe.each(endpoints)('$method /douyin$path', (endpoint) => {
  test('is served with and without a trailing slash, without a redirect', async () => {
    for (const end of ['', '/']) success(await call(endpoint, `${endpoint.path}${end}`, parametersOf(endpoint)))
  })

  test('answers 405 to another method', async () => {
    const other = endpoint.method === 'GET' ? 'POST' : 'GET'
    for (const method of [other, 'PUT', 'DELETE', 'PATCH']) {
      const url = `${endpoint.path}/`
      const answer = await api.post(url, parametersOf(endpoint), { method })
      expect([answer.http, answer.body.status_code !== 0, answer.headers.get('allow')]).toEqual([
        405,
        true,
        endpoint.method,
      ])
    }
  })

  if (endpoint.login === 'required')
    test('is rejected without a token', async () => {
      const { token: _, ...rest } = parametersOf(endpoint) as Record<string, string>
      refused(await call(endpoint, `${endpoint.path}/`, rest))
    })

  if (endpoint.login === 'optional')
    test('can be read by a guest', async () => {
      const { token: _, ...rest } = parametersOf(endpoint) as Record<string, string>
      const body = success(await call(endpoint, `${endpoint.path}/`, rest))
      if (endpoint.list) expect(body[endpoint.list]).toBeArray()
    })
})

describe('POST /douyin/publish/action', () => {
  test('is served with and without a trailing slash, without a redirect', async () => {
    for (const end of ['', '/']) {
      const body = new FormData()
      body.append('data', await clip('tiny.mp4'))
      body.append('token', author.token)
      body.append('title', 'a slash or none')
      success(await api.post(`/publish/action${end}`, {}, { body }))
    }
  })

  test('answers 405 to GET', async () => {
    const answer = await api.get('/publish/action/', { token: author.token, title: 'by GET' })
    expect([answer.http, answer.body.status_code !== 0]).toEqual([405, true])
  })
})

describe('every answer', () => {
  test('for an unknown path is 404 with the envelope', async () => {
    for (const path of ['', '/', '/feeds', '/feed/x', '/user/register/x', '/../etc/passwd', '/%00']) {
      const answer = await api.get(path)
      expect([answer.http, answer.body.status_code !== 0]).toEqual([404, true])
    }
  })

  test('is flat: the keys of the endpoint are beside status_code', async () => {
    const { body } = await api.get('/feed/')
    expect(Object.keys(body).sort()).toEqual(['next_time', 'status_code', 'status_msg', 'video_list'])
  })

  test('forbids caching, sniffing and access by other sites', async () => {
    const { headers } = await api.get('/feed/', {}, { headers: { origin: 'https://evil.example' } })
    const { 'cache-control': cache, 'x-content-type-options': sniff } = headers.toJSON()
    expect([cache, sniff, headers.get('access-control-allow-origin')]).toEqual(['no-store', 'nosniff', null])
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('with an empty list has [], never null', async () => {
    const { id, token } = await api.person()
    const silent = await api.video(author)
    for (const { list, path, parameters } of endpoints) {
      if (!list || path === '/feed') continue
      expect(success(await api.get(path, { ...parameters({ user: id, video: silent.id }), token }))[list]).toEqual([])
    }
  })
})

describe('a GET on an action', () => {
  const counts = () => Promise.all(['favorite', 'follow', 'comment', 'user', 'video'].map((table) => api.rows(table)))

  test('changes nothing', async () => {
    const before = await counts()
    const token = caller.token
    await api.get('/favorite/action/', { token, video_id: video.id, action_type: 1 })
    await api.get('/relation/action/', { token, to_user_id: author.id, action_type: 1 })
    await api.get('/comment/action/', { token, video_id: video.id, action_type: 1, comment_text: 'by GET' })
    await api.get('/user/register/', named('by GET'))
    expect(await counts()).toEqual(before)
  })
})
