import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually, refused, success } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
let author: Person
let fan: Person
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[author, fan] = (await api.people(2)) as [Person, Person]
}, startLimitMs)
afterAll(() => api.close())

const remove = (by: Person, video_id: number | string) => api.post('/publish/delete/', { token: by.token, video_id })
const like = (by: Person, video_id: number) =>
  api.post('/favorite/action/', { token: by.token, video_id, action_type: 1 })

test('a deleted video disappears at once from every list, and its author’s counts decrease', async () => {
  const [kept, gone] = [await api.video(author), await api.video(author)]
  success(await like(fan, gone.id))
  success(await like(fan, kept.id))
  const comment = { token: fan.token, video_id: gone.id, action_type: 1, comment_text: 'nice' }
  success(await api.post('/comment/action/', comment))
  success(await api.post('/relation/action/', { token: fan.token, to_user_id: author.id, action_type: 1 }))
  const counts = async () => {
    const { work_count, total_favorited } = await api.profile(author)
    return [work_count, total_favorited]
  }
  await eventually(counts, [2, 2])

  success(await remove(author, gone.id))
  const shown = async (path: string, parameters = {}) =>
    success(await api.get(path, { token: fan.token, ...parameters })).video_list.map(({ id }) => id)
  expect(await shown('/feed/')).toEqual([kept.id])
  expect(await shown('/feed/following/')).toEqual([kept.id])
  expect(await shown('/publish/list/', { user_id: author.id })).toEqual([kept.id])
  expect(await shown('/favorite/list/', { user_id: fan.id })).toEqual([kept.id])
  refused(await api.get('/video/', { video_id: gone.id }))
  refused(await like(fan, gone.id))
  refused(await api.post('/comment/action/', comment))
  await eventually(counts, [1, 1])
  success(await remove(author, kept.id))
})

test('a video cannot be deleted by another user, without a token, with a wrong id or twice', async () => {
  const video = await api.video(author)
  refused(await remove(fan, video.id))
  refused(await api.post('/publish/delete/', { video_id: video.id }))
  for (const id of [0, -1, 2147483647, 2 ** 31, 'abc', '']) refused(await remove(author, id))
  expect((await api.videosOf(author)).map(({ id }) => id)).toEqual([video.id])
  success(await remove(author, video.id))
  refused(await remove(author, video.id))
  expect(await api.videosOf(author)).toEqual([])
})

test('the followed feed has only videos of users whom the caller follows, newest first', async () => {
  const [viewer, one, two, stranger] = (await api.people(4)) as [Person, Person, Person, Person]
  const feed = async (latest_time?: number) =>
    success(await api.get('/feed/following/', { token: viewer.token, latest_time }))
  expect(await feed()).toMatchObject({ video_list: [], next_time: 0 })
  for (const other of [one, two])
    success(await api.post('/relation/action/', { token: viewer.token, to_user_id: other.id, action_type: 1 }))
  const videos = [await api.video(one), await api.video(stranger), await api.video(two), await api.video(one)]
  const expected = [videos[3]!.id, videos[2]!.id, videos[0]!.id]
  const page = await feed()
  expect(page.video_list.map(({ id }) => id)).toEqual(expected)
  expect((await feed(page.next_time)).video_list).toEqual([])
  success(await api.post('/relation/action/', { token: viewer.token, to_user_id: one.id, action_type: 2 }))
  expect((await feed()).video_list.map(({ id }) => id)).toEqual([videos[2]!.id])
})
