import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, type Person, paintedCovers, startLimitMs, startTestApi } from './client.ts'

let api: Api
let one: Person
let other: Person
let video: Video
beforeAll(async () => {
  api = await startTestApi(paintedCovers)
  ;[one, other] = (await api.people(2)) as [Person, Person]
  video = await api.video(one)
}, startLimitMs)
afterAll(() => api.close())

const message = (from: Person, to: Person, content: string, send_id?: string) =>
  api.post('/message/action/', { token: from.token, to_user_id: to.id, action_type: 1, content, send_id })
const messages = () => api.rows('message')
const comment = ({ token }: Person, comment_text: string, send_id?: string) =>
  api.post('/comment/action/', { token, video_id: video.id, action_type: 1, comment_text, send_id })
const comments = async () => success(await api.get('/comment/list/', { video_id: video.id })).comment_list

test('a message that is resent with its send_id is stored once, even while the first request is in flight', async () => {
  const before = await messages()
  for (const answer of await Promise.all([message(one, other, 'hi', 'a-1'), message(one, other, 'hi', 'a-1')]))
    success(answer)
  success(await message(one, other, 'hi', 'a-1'))
  expect(await messages()).toBe(before + 1)
})

test('the same send_id from another sender is another message, and so is each message without a send_id', async () => {
  const before = await messages()
  success(await message(one, other, 'hi', 'b-2'))
  success(await message(other, one, 'hi', 'b-2'))
  for (const _ of [1, 2]) success(await message(one, other, 'hi'))
  expect(await messages()).toBe(before + 4)
})

test('a send_id that was used for other content is rejected, in the language of the caller', async () => {
  const third = await api.person()
  const [here, elsewhere] = [await api.video(one), await api.video(one)]
  const say = (to: Person, content: string, language = 'en') => {
    const draft = { token: one.token, to_user_id: to.id, action_type: 1, content, send_id: 'e-5' }
    return api.post('/message/action/', draft, { headers: { 'accept-language': language } })
  }
  const remark = (on: Video, comment_text: string) =>
    api.post('/comment/action/', { token: one.token, video_id: on.id, action_type: 1, comment_text, send_id: 'e-5' })
  success(await say(other, 'hi'))
  success(await remark(here, 'hi'))
  const before = [await messages(), await api.rows('comment')]
  const refusals = [
    await say(other, 'ho'),
    await say(third, 'hi'),
    await remark(here, 'ho'),
    await remark(elsewhere, 'hi'),
  ]
  for (const answer of refusals) expect(refused(answer).status_code).toBe(4)
  const english = 'this send_id was used for other content: use a new one'
  expect(refused(await say(other, 'ho')).status_msg).toBe(english)
  expect(refused(await say(other, 'ho', 'zh')).status_msg).toBe('这个 send_id 已用于其他内容，请换一个新的')
  expect([await messages(), await api.rows('comment')]).toEqual(before)
})

test('a comment that is resent after it was deleted gets the first answer and is not stored again', async () => {
  const first = success(await comment(one, 'gone', 'f-6')).comment
  const { token } = one
  success(await api.post('/comment/action/', { token, video_id: video.id, action_type: 2, comment_id: first.id }))
  expect(success(await comment(one, 'gone', 'f-6')).comment.id).toBe(first.id)
  expect((await comments()).map(({ id }) => id)).not.toContain(first.id)
})

test('a comment that is resent with its send_id is stored once, and each answer contains it', async () => {
  const answers = await Promise.all([comment(one, 'nice', 'c-3'), comment(one, 'nice', 'c-3')])
  const ids = answers.map((answer) => success(answer).comment.id)
  expect(ids[0]).toBe(ids[1]!)
  expect((await comments()).map(({ id }) => id)).toEqual([ids[0]!])
  success(await comment(other, 'nice', 'c-3'))
  success(await comment(one, 'nice'))
  expect(await comments()).toHaveLength(3)
})

test('a rejected message may be corrected and resent with its send_id', async () => {
  const before = await messages()
  refused(await message(one, other, 'x'.repeat(1001), 'd-4'))
  success(await message(one, other, 'x', 'd-4'))
  expect(await messages()).toBe(before + 1)
})

test('a malformed send_id is rejected', async () => {
  for (const send_id of [' ', 'a b', '号', 'x'.repeat(65)]) {
    refused(await message(one, other, 'no', send_id))
    refused(await comment(one, 'no', send_id))
  }
})
