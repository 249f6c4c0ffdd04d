import { afterAll, beforeAll, expect, test } from 'bun:test'
import { refused, success, type Video } from './answers.ts'
import { type Api, openApi, type Person, paintedCovers, startLimitMs } from './client.ts'

let api: Api
let one: Person
let other: Person
let video: Video
beforeAll(async () => {
  api = await openApi(paintedCovers)
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

test('a message that is sent again under its send_id is one message, even while the first is under way', async () => {
  const before = await messages()
  for (const answer of await Promise.all([message(one, other, 'hi', 'a-1'), message(one, other, 'hi', 'a-1')]))
    success(answer)
  success(await message(one, other, 'hi', 'a-1'))
  expect(await messages()).toBe(before + 1)
})

test('the send_id of another sender or to another user is another message, and without one so is each', async () => {
  const before = await messages()
  const third = await api.person()
  for (const [from, to] of [
    [one, other],
    [other, one],
    [one, third],
  ] as const)
    success(await message(from, to, 'hi', 'b-2'))
  for (const _ of [1, 2]) success(await message(one, other, 'hi'))
  expect(await messages()).toBe(before + 5)
})

test('a comment that is sent again under its send_id is one comment, and each answer has it', async () => {
  const answers = await Promise.all([comment(one, 'nice', 'c-3'), comment(one, 'nice', 'c-3')])
  const ids = answers.map((answer) => success(answer).comment.id)
  expect(ids[0]).toBe(ids[1]!)
  expect((await comments()).map(({ id }) => id)).toEqual([ids[0]!])
  success(await comment(other, 'nice', 'c-3'))
  success(await comment(one, 'nice'))
  expect(await comments()).toHaveLength(3)
})

test('what was refused may be sent again under its send_id', async () => {
  const before = await messages()
  refused(await message(one, other, 'x'.repeat(1001), 'd-4'))
  success(await message(one, other, 'x', 'd-4'))
  expect(await messages()).toBe(before + 1)
})

test('a send_id of another form is refused', async () => {
  for (const send_id of [' ', 'a b', '号', 'x'.repeat(65)]) {
    refused(await message(one, other, 'no', send_id))
    refused(await comment(one, 'no', send_id))
  }
})
