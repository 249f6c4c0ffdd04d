import { expect, test } from 'bun:test'
import { site, tokenFor } from '../site.fixture.ts'

const token = await tokenFor(7)
const create_time = Date.UTC(2026, 0, 31, 23, 30)
const content = { id: 1, userId: 7, str: 'nice', create_time, author: null }

const { read } = await site(
  { batchGetUserDetail: async () => ({ userDetailInfoList: [{ id: 7, name: 'u' }] }) },
  { addComments: async () => ({ outcomes: [{ code: 0, message: '', content }] }) },
  0,
)
const comment = async (more = '') => {
  const query = `token=${token}&video_id=3&action_type=1&comment_text=nice${more}`
  return (await read(`/douyin/comment/action/?${query}`, { method: 'POST' })).comment
}

test('a new comment has create_time beside the camp’s create_date if the client sent a send_id', async () => {
  expect(await comment('&send_id=one')).toMatchObject({ create_date: '01-31', create_time })
})

test('a new comment has only the keys of the camp’s API if the client sent no send_id', async () => {
  expect(Object.keys(await comment())).toEqual(['id', 'user', 'content', 'create_date'])
})
