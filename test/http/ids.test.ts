import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

// User 1 and video 1 exist, so that an id which wraps or is truncated would hit them.
let api: Api
let first: Person
let caller: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  first = await api.person()
  caller = await api.person()
  video = await api.video(first)
  success(await api.post('/comment/action/', { ...by(), video_id: 1, action_type: 1, comment_text: 'first' }))
}, startLimitMs)
afterAll(() => api.close())

const by = () => ({ token: caller.token })
const noInteger = [
  '',
  'abc',
  '1abc',
  '1.5',
  '1.0',
  '0x1',
  '1e0',
  '+1',
  ' 1',
  '1 ',
  '1,1',
  '١',
  '１',
  'NaN',
  'null',
  '[1]',
]
const outOfRange = ['0', '-1', '2147483648', '4294967297', '8589934593', '18446744073709551617', '9'.repeat(400)]
const bad = [...noInteger, ...outOfRange]

const readers: [string, string][] = [
  ['/user/', 'user_id'],
  ['/publish/list/', 'user_id'],
  ['/favorite/list/', 'user_id'],
  ['/comment/list/', 'video_id'],
  ['/relation/follow/list/', 'user_id'],
  ['/relation/follower/list/', 'user_id'],
]

test('ids are small numbers from 1 on', () => {
  expect([first.id, caller.id, video.id]).toEqual([1, 2, 1])
})

describe.each(readers)('GET %s with %s', (path, name) => {
  test('is rejected if it is no decimal number in 1..2147483647', async () => {
    success(await api.get(path, { ...by(), [name]: 1 }))
    // An empty optional id counts as missing.
    const refusedIds = path === '/user/' ? bad.filter((id) => id !== '') : bad
    for (const id of refusedIds) refused(await api.get(path, { ...by(), [name]: id }))
    if (path !== '/user/') refused(await api.get(path, by()))
  })
})

describe('an action with an invalid id is rejected and changes nothing:', () => {
  const actions: [string, string, Record<string, string>, 'favorite' | 'follow' | 'comment'][] = [
    ['/favorite/action/', 'video_id', {}, 'favorite'],
    ['/relation/action/', 'to_user_id', {}, 'follow'],
    ['/comment/action/', 'video_id', { comment_text: 'to whom' }, 'comment'],
  ]
  test.each(actions)('%s %s', async (path, name, more, table) => {
    const before = await api.rows(table)
    for (const id of bad) refused(await api.post(path, { ...by(), ...more, [name]: id, action_type: 1 }))
    refused(await api.post(path, { ...by(), ...more, action_type: 1 }))
    expect(await api.rows(table)).toBe(before)
  })

  test('/comment/action/ comment_id', async () => {
    const before = await api.rows('comment')
    const request = { ...by(), video_id: 1, action_type: 2 }
    for (const comment_id of bad) refused(await api.post('/comment/action/', { ...request, comment_id }))
    refused(await api.post('/comment/action/', request))
    expect(await api.rows('comment')).toBe(before)
  })
})

test('the largest possible id exists nowhere and is rejected', async () => {
  for (const id of ['2147483647', '1999999999']) {
    refused(await api.get('/user/', { ...by(), user_id: id }))
    refused(await api.post('/favorite/action/', { ...by(), video_id: id, action_type: 1 }))
    refused(await api.post('/relation/action/', { ...by(), to_user_id: id, action_type: 1 }))
    refused(await api.post('/comment/action/', { ...by(), video_id: id, action_type: 1, comment_text: 'x' }))
  }
})

test('an action_type that is neither 1 nor 2 is rejected and changes nothing', async () => {
  const before = await Promise.all(['favorite', 'follow', 'comment'].map((table) => api.rows(table)))
  for (const action_type of ['', '0', '3', '-1', '1abc', '1.5', '1.0', '01', ' 1', '１', 'true', '1e0', '4294967297']) {
    refused(await api.post('/favorite/action/', { ...by(), video_id: 1, action_type }))
    refused(await api.post('/relation/action/', { ...by(), to_user_id: 1, action_type }))
    const texts = { comment_text: 'x', comment_id: 1 }
    refused(await api.post('/comment/action/', { ...by(), video_id: 1, action_type, ...texts }))
  }
  refused(await api.post('/favorite/action/', { ...by(), video_id: 1 }))
  refused(await api.post('/relation/action/', { ...by(), to_user_id: 1 }))
  refused(await api.post('/comment/action/', { ...by(), video_id: 1, comment_text: 'x' }))
  expect(await Promise.all(['favorite', 'follow', 'comment'].map((table) => api.rows(table)))).toEqual(before)
})
