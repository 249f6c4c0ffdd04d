import { afterAll, beforeAll, expect, test } from 'bun:test'
import { reachServices } from '../../web-srv/src/services.ts'
import { refused, success } from '../http/answers.ts'
import { type Api, type Person, password, startLimitMs, startTestApi } from '../http/client.ts'
import { until } from '../stack.ts'
import { grpcSecret, production } from './production.ts'

const limitMs = 5000
let api: Api
let person: Person
beforeAll(async () => {
  // The last test polls with deletions.
  const RATE_LIMITS = JSON.stringify({ delete: { points: 5000, seconds: 60 } })
  api = await startTestApi({ ...production, env: { ...production.env, RATE_LIMITS } })
}, startLimitMs)
afterAll(() => api?.close())

const isValid = async (token: string) => (await api.get('/user/', { token })).body.status_code === 0

test('after a change of password through this web-srv the old token is rejected at once, and the new one is valid', async () => {
  person = await api.person()
  const change = { token: person.token, password, new_password: 'Battery-staple 9' }
  refused(await api.post('/user/password/', { ...change, password: 'not this one' }))
  expect(await isValid(person.token)).toBe(true)
  const { user_id, token } = success(await api.post('/user/password/', change))
  expect(user_id).toBe(person.id)
  expect([await isValid(person.token), await isValid(token)]).toEqual([false, true])
  refused(await api.post('/user/login/', { username: person.name, password }))
  const again = success(await api.post('/user/login/', { username: person.name, password: 'Battery-staple 9' }))
  expect(await isValid(again.token)).toBe(true)
})

test('a wrong current password has its own message, and the token stays valid', async () => {
  const { token } = await api.person()
  const change = { token, password: 'not this one', new_password: 'Battery-staple 9' }
  const wrong = refused(await api.post('/user/password/', change, { headers: { 'accept-language': 'en' } }))
  const noToken = refused(await api.post('/user/password/', { ...change, token: 'none' }))
  expect([wrong.status_code, noToken.status_code]).toEqual([8, 3])
  expect(wrong.status_msg).toBe('the current password is wrong')
  expect(await isValid(token)).toBe(true)
})

test('signing out everywhere revokes all tokens for every endpoint', async () => {
  const { id, name, token } = await api.person()
  const other = success(await api.post('/user/login/', { username: name, password })).token
  success(await api.post('/user/logout/', { token }))
  for (const ended of [token, other]) {
    refused(await api.post('/favorite/action/', { token: ended, video_id: 1, action_type: 1 }))
    refused(await api.post('/relation/action/', { token: ended, to_user_id: person.id, action_type: 1 }))
    refused(await api.post('/message/action/', { token: ended, to_user_id: person.id, action_type: 1, content: 'x' }))
    refused(await api.post('/user/logout/', { token: ended }))
    expect((await api.get('/message/chat/', { token: ended, to_user_id: person.id })).body.status_code).toBe(3)
  }
  expect(id).toBeGreaterThan(0)
})

test('a revocation through another web-srv ends token and socket within 5 s', async () => {
  const { id, token } = await api.person()
  expect(await isValid(token)).toBe(true)
  const socket = new WebSocket(`${api.stack.base.replace('http', 'ws')}/douyin/message/socket?token=${token}`)
  await new Promise((opened) => socket.addEventListener('open', opened))
  const closed = new Promise<number>((end) => socket.addEventListener('close', ({ code }) => end(code)))
  const { user, feed } = reachServices(api.stack.userAddress, api.stack.feedAddress, grpcSecret)
  await user.revokeTokens({ user_id: id })
  await until(async () => !(await isValid(token)), limitMs)
  expect(await closed).toBe(1001)
  user.close()
  feed.close()
})

test('without user-srv a token that was not verified recently allows no action', async () => {
  const { token } = await api.person()
  const victim = api.stack.processes['user-srv']
  victim.kill('SIGKILL')
  await victim.exited
  expect(victim.signalCode).toBe('SIGKILL')
  await until(async () => (await api.post('/publish/delete/', { token, video_id: 1 })).body.status_code === 1, 15_000)
  await api.stack.start('user-srv')
  expect((await api.post('/publish/delete/', { token, video_id: 1 })).body.status_code).toBe(5)
})
