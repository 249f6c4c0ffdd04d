import { afterAll, beforeAll, expect, test } from 'bun:test'
import { success } from './answers.ts'
import { type Api, startLimitMs, startTestApi } from './client.ts'

// Nothing is published in this file.
let api: Api
beforeAll(async () => {
  api = await startTestApi()
}, startLimitMs)
afterAll(() => api.close())

test('the feed of an empty database is [] with next_time 0', async () => {
  const { token } = await api.person()
  for (const parameters of [{}, { token }, { latest_time: 0 }, { latest_time: Date.now() }]) {
    const { video_list, next_time } = success(await api.get('/feed/', parameters))
    expect([video_list, next_time]).toEqual([[], 0])
  }
})

test('the lists of a new user are [], also for that user', async () => {
  const { id, token } = await api.person()
  for (const parameters of [{ user_id: id }, { user_id: id, token }]) {
    expect(success(await api.get('/publish/list/', parameters)).video_list).toEqual([])
    expect(success(await api.get('/favorite/list/', parameters)).video_list).toEqual([])
    expect(success(await api.get('/relation/follow/list/', parameters)).user_list).toEqual([])
    expect(success(await api.get('/relation/follower/list/', parameters)).user_list).toEqual([])
  }
})
