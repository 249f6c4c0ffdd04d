import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'
import { type Endpoint, endpoints } from './endpoints.ts'

// The client checks every answer for secrets and internals. This file makes it check the answers to wrong requests.
let api: Api
let author: Person
let caller: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, caller] = (await api.people(2)) as [Person, Person]
  video = await api.video(author)
  success(await api.post('/relation/action/', { token: caller.token, to_user_id: author.id, action_type: 1 }))
  const comment = { token: caller.token, video_id: video.id, action_type: 1, comment_text: 'here' }
  success(await api.post('/comment/action/', comment))
}, startLimitMs)
afterAll(() => api.close())

const canary = 'canary7531'
const wrong = [
  '',
  canary,
  `'; drop table user; -- ${canary}`,
  `") or 1=1 -- ${canary}`,
  `${canary}\0`,
  `\r\nset-cookie: ${canary}`,
  `<script>${canary}</script>`,
  `../../${canary}`,
  `{"$gt":"${canary}"}`,
  `${canary}${'x'.repeat(5000)}`,
  '\ud800',
  '-1',
  '9'.repeat(50),
]

describe.each(endpoints)('$method /douyin$path', (endpoint: Endpoint) => {
  const parametersOf = () => endpoint.parameters({ user: author.id, video: video.id })
  const call = (parameters: Record<string, string | number | undefined>) =>
    (endpoint.method === 'GET' ? api.get : api.post)(`${endpoint.path}/`, parameters)

  test('answers wrong, missing and oversized parameters with HTTP 200, and a failure does not repeat them', async () => {
    const own = Object.keys(parametersOf())
    const names = endpoint.login === 'none' ? own : [...own, 'token', 'latest_time', 'stranger']
    for (const name of names)
      for (const value of [undefined, ...wrong]) {
        const { http, text, body } = await call({ token: caller.token, ...parametersOf(), [name]: value })
        expect([name, value, http]).toEqual([name, value, 200])
        if (body.status_code !== 0) expect(text).not.toContain(canary)
        expect(body.status_code).not.toBe(1)
      }
  })
})

test('no answer contains a password, a hash or a list of ids', async () => {
  const viewers = [author.token, caller.token, undefined]
  for (const token of viewers)
    for (const { method, path, login, parameters } of endpoints) {
      if (login === 'none') continue
      const query = { token, ...parameters({ user: author.id, video: video.id }) }
      const { text } = await (method === 'GET' ? api.get : api.post)(`${path}/`, query)
      expect(text).not.toContain('A-pass-word 9')
      expect(text).not.toMatch(/passw|argon2|follow_?id|fav_?list/i)
      // Names such as userId belong to the RPCs.
      expect(text).not.toMatch(/\b\w+Id\b/)
    }
})

test('the requests above changed nothing', async () => {
  expect(success(await api.get('/feed/')).video_list.map((one) => one.id)).toEqual([video.id])
  expect((await api.profile(author)).name).toBe(author.name)
})
