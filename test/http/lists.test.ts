import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Body, refused, success, type Video } from './answers.ts'
import { type Api, type Parameters, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

const count = 7
let api: Api
let star: Person
let fans: Person[]
let videos: Video[]
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[star, ...fans] = (await api.people(count + 1)) as [Person, ...Person[]]
  videos = []
  for (let i = 0; i < count; i++) videos.push(await api.video(star))
  // One after the other, since lists are ordered by time.
  for (const fan of fans) {
    await follow(fan, star)
    await follow(star, fan)
    const comment = { token: fan.token, video_id: videos[0]!.id, action_type: 1, comment_text: fan.name }
    success(await api.post('/comment/action/', comment))
    const message = { token: fan.token, to_user_id: star.id, action_type: 1, content: fan.name }
    success(await api.post('/message/action/', message))
  }
  for (const { id } of videos)
    success(await api.post('/favorite/action/', { token: star.token, video_id: id, action_type: 1 }))
}, startLimitMs)
afterAll(() => api.close())

async function follow(one: Person, other: Person) {
  success(await api.post('/relation/action/', { token: one.token, to_user_id: other.id, action_type: 1 }))
}

type ListKey = 'video_list' | 'user_list' | 'comment_list' | 'conversation_list'
interface List {
  path: string
  key: ListKey
  parameters(): Parameters
}
const ofStar = () => ({ user_id: star.id, token: star.token })
const lists: List[] = [
  { path: '/publish/list/', key: 'video_list', parameters: ofStar },
  { path: '/favorite/list/', key: 'video_list', parameters: ofStar },
  { path: '/relation/follow/list/', key: 'user_list', parameters: ofStar },
  { path: '/relation/follower/list/', key: 'user_list', parameters: ofStar },
  { path: '/relation/friend/list/', key: 'user_list', parameters: ofStar },
  { path: '/comment/list/', key: 'comment_list', parameters: () => ({ video_id: videos[0]!.id }) },
  { path: '/message/conversation/list/', key: 'conversation_list', parameters: () => ({ token: star.token }) },
]
const idsOf = (body: Body, key: ListKey) => body[key].map((item) => item.id)

describe.each(lists)('$path', ({ path, key, parameters }) => {
  const read = async (more: Parameters = {}) => success(await api.get(path, { ...parameters(), ...more }))

  test('without paging returns the whole list and only the keys of the camp', async () => {
    const body = await read()
    expect(body[key].length).toBe(count)
    expect(Object.keys(body).toSorted()).toEqual([key, 'status_code', 'status_msg'].toSorted())
  })

  for (const limit of [1, 3, 7, 100]) {
    test(`in pages of ${limit} returns the same items, none lost and none repeated, and "" ends it`, async () => {
      const ids: number[] = []
      let pages = 0
      for (let cursor = ''; pages === 0 || cursor; pages++) {
        const body = await read({ limit, cursor })
        expect(body[key].length).toBeLessThanOrEqual(limit)
        ids.push(...idsOf(body, key))
        cursor = body.next_cursor
      }
      expect(ids).toEqual(idsOf(await read(), key))
      expect(pages).toBeLessThanOrEqual(Math.ceil(count / limit) + 1)
    })
  }

  test('rejects an invalid page size', async () => {
    for (const limit of ['0', '-1', '101', '1000', 'abc', '1.5', '1e1', ' '])
      refused(await api.get(path, { ...parameters(), limit }))
  })

  test('is empty and ends at once if there is nothing to list', async () => {
    const [nobody] = (await api.people(1)) as [Person]
    const video_id = videos[1]!.id
    const query = { ...parameters(), token: nobody.token, user_id: nobody.id, video_id, limit: 3 }
    expect(success(await api.get(path, query))).toMatchObject({ [key]: [], next_cursor: '' })
  })

  test('rejects a cursor of another list and an invalid cursor, with an empty list', async () => {
    const others = lists.filter((list) => list.path !== path)
    const foreign = await Promise.all(
      others.map(async (list) => success(await api.get(list.path, { ...list.parameters(), limit: 1 })).next_cursor),
    )
    const garbage = ['x', '1', '.', 'works-1', "' or 1=1", `${await ownCursor()}.1`, '☃'.repeat(2000)]
    for (const cursor of [...foreign, ...garbage]) {
      expect(cursor).not.toBe('')
      expect(refused(await api.get(path, { ...parameters(), cursor, limit: 1 }))[key]).toEqual([])
    }
  })

  const ownCursor = async () => (await read({ limit: 1 })).next_cursor
})

test('a cursor returns the same page after the list has grown at its head', async () => {
  const page = async (cursor: string) =>
    success(await api.get('/publish/list/', { user_id: star.id, limit: 3, cursor }))
  const { next_cursor } = await page('')
  const before = idsOf(await page(next_cursor), 'video_list')
  const newest = await api.video(star)
  expect(idsOf(await page(next_cursor), 'video_list')).toEqual(before)
  success(await api.post('/publish/delete/', { token: star.token, video_id: newest.id }))
})
