import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Friend, friendTypes, refused, success, typesOf } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi()
}, startLimitMs)
afterAll(() => api.close())

const people = (count: number) => api.people(count) as Promise<[Person, Person, Person, Person]>
const follow = async (one: Person, other: Person) =>
  success(await api.post('/relation/action/', { token: one.token, to_user_id: other.id, action_type: 1 }))
const befriend = (one: Person, other: Person) => Promise.all([follow(one, other), follow(other, one)])
const say = async (from: Person, to: Person, content: string) =>
  success(await api.post('/message/action/', { token: from.token, to_user_id: to.id, action_type: 1, content }))
const friendsOf = async (user: Person, caller: Person) =>
  success(await api.get('/relation/friend/list/', { user_id: user.id, token: caller.token })).user_list as Friend[]

test('friends are users who follow each other, and not users who only follow or are only followed', async () => {
  const [anna, bob, fan, star] = await people(4)
  await Promise.all([befriend(anna, bob), follow(fan, anna), follow(anna, star)])
  expect((await friendsOf(anna, anna)).map((friend) => friend.id)).toEqual([bob.id])
  expect((await friendsOf(bob, anna)).map((friend) => friend.id)).toEqual([anna.id])
  expect(await friendsOf(fan, anna)).toEqual([])
  const unfollow = { token: bob.token, to_user_id: anna.id, action_type: 2 }
  success(await api.post('/relation/action/', unfollow))
  expect(await friendsOf(anna, anna)).toEqual([])
})

test('a friend has all keys of a user, message and msgType, with their types', async () => {
  const [anna, bob] = await people(2)
  await befriend(anna, bob)
  const [friend] = await friendsOf(anna, anna)
  expect(typesOf(friend)).toEqual(friendTypes)
  expect(friend).toMatchObject({ id: bob.id, name: bob.name, is_follow: true, message: '', msgType: 0 })
})

test('message is the newest of the chat, and msgType tells whether the caller received (0) or sent it (1)', async () => {
  const [anna, bob] = await people(2)
  await befriend(anna, bob)
  await say(anna, bob, 'are you there?')
  expect(await friendsOf(anna, anna)).toMatchObject([{ message: 'are you there?', msgType: 1 }])
  expect(await friendsOf(bob, bob)).toMatchObject([{ message: 'are you there?', msgType: 0 }])
  await say(bob, anna, '我在 🙂')
  expect(await friendsOf(anna, anna)).toMatchObject([{ message: '我在 🙂', msgType: 0 }])
  expect(await friendsOf(bob, bob)).toMatchObject([{ message: '我在 🙂', msgType: 1 }])
})

test('the list of another user shows the caller’s chats with the friends, never the chats between them', async () => {
  const [anna, bob, eve] = await people(3)
  await befriend(anna, bob)
  await say(anna, bob, 'between us')
  expect(await friendsOf(anna, eve)).toMatchObject([{ id: bob.id, message: '', msgType: 0, is_follow: false }])
  await say(eve, bob, 'hello')
  expect(await friendsOf(anna, eve)).toMatchObject([{ id: bob.id, message: 'hello', msgType: 1 }])
})

test('a user without friends has an empty list, and an unknown user is rejected with one', async () => {
  const [anna] = await people(1)
  expect(await friendsOf(anna, anna)).toEqual([])
  const missing = await api.get('/relation/friend/list/', { user_id: 2147483647, token: anna.token })
  expect(refused(missing).user_list).toEqual([])
  expect(refused(await api.get('/relation/friend/list/', { user_id: anna.id })).user_list).toEqual([])
})
