import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Message, status } from '@douyin/proto'
import { type Fixture, openFixture, outcome } from './fixture.ts'

let fixture: Fixture
let user: Fixture['user']
let register: Fixture['register']
let relate: Fixture['relate']
beforeAll(async () => {
  fixture = await openFixture()
  ;({ user, register, relate } = fixture)
})
afterAll(() => fixture.close())

const all = { after_time: 0, before_time: 0, limit: 0, to_viewer_only: false }

test('both users read the same conversation, oldest first, without messages of others', async () => {
  const [a, b, c] = [await register('talk a'), await register('talk b'), await register('talk c')]
  const sent = [await say(a, b, '你好 👋'), await say(b, a, 'hi\n<b>there</b>'), await say(a, b, 'bye')]
  await say(c, a, 'not yours')
  expect(await history(a, b)).toEqual(sent)
  expect(await history(b, a)).toEqual(sent)
})

test('times within a conversation are unique and in the order of ids, also if both users write at once', async () => {
  const [a, b] = [await register('race a'), await register('race b')]
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? say(a, b, `${i}`) : say(b, a, `${i}`))))
  const times = (await history(a, b)).map((message) => message.create_time)
  expect(times).toHaveLength(40)
  expect(times).toEqual([...new Set(times)].sort((x, y) => x - y))
})

test('polling by the newest known time returns each message once while both users write', async () => {
  const [a, b] = [await register('poll a'), await register('poll b')]
  const seen: string[] = []
  let after_time = 1
  const poll = async () => {
    const { messages } = await user.listMessages({
      ...all,
      viewer_id: b,
      other_id: a,
      after_time,
      to_viewer_only: true,
    })
    seen.push(...messages.map((message) => message.content))
    after_time = messages.at(-1)?.create_time ?? after_time
  }
  const writing = Promise.all(
    Array.from({ length: 60 }, (_, i) => say(...(i % 3 ? ([a, b] as const) : ([b, a] as const)), `${i}`)),
  )
  let done = false
  const finished = writing.then(() => {
    done = true
  })
  while (!done) await poll()
  await finished
  await poll()
  const expected = Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 3 > 0)
  expect(seen.map(Number).sort((x, y) => x - y)).toEqual(expected)
})

test('history is paged backwards without gaps or duplicates', async () => {
  const [a, b] = [await register('page a'), await register('page b')]
  for (let i = 0; i < 5; i++) await say(a, b, `${i}`)
  const newest = await user.listMessages({ ...all, viewer_id: a, other_id: b, limit: 3 })
  const before_time = newest.messages[0]!.create_time
  const older = await user.listMessages({ ...all, viewer_id: a, other_id: b, limit: 3, before_time })
  expect([...older.messages, ...newest.messages].map((message) => message.content)).toEqual(['0', '1', '2', '3', '4'])
})

test('unread counts grow with each message to the viewer and fall when messages are marked as read', async () => {
  const [a, b, c] = [await register('unread a'), await register('unread b'), await register('unread c')]
  const first = await say(b, a, '1')
  await say(b, a, '2')
  await say(a, b, 'mine')
  await say(c, a, '3')
  expect(await unread(a)).toEqual({ [b]: 2, [c]: 1 })
  await user.markRead({ viewer_id: a, other_id: b, time: first.create_time })
  expect(await unread(a)).toEqual({ [b]: 1, [c]: 1 })
  await user.markRead({ viewer_id: a, other_id: b, time: 9e15 })
  await user.markRead({ viewer_id: a, other_id: b, time: first.create_time })
  expect(await unread(a)).toEqual({ [c]: 1 })
  await say(b, a, '4')
  expect(await unread(a)).toEqual({ [b]: 1, [c]: 1 })
  expect(await unread(b)).toEqual({ [a]: 1 })
})

test('conversations are listed latest first, with the last message and its sender', async () => {
  const [me, b, c] = [await register('conv me'), await register('conv b'), await register('conv c')]
  await say(b, me, 'from b')
  await Bun.sleep(2) // times of two conversations are only as precise as the clock
  const last = await say(me, c, 'to c')
  const { conversations } = await user.listConversations({ user_id: me, limit: 0 })
  expect(conversations.map(({ friend }) => friend)).toEqual([
    { user_id: c, last_message: 'to c', viewer_sent_it: true },
    { user_id: b, last_message: 'from b', viewer_sent_it: false },
  ])
  expect(conversations[0]?.last_time).toBe(last.create_time)
})

test('an inbox holds the messages to and from the viewer after a time, in all conversations', async () => {
  const [me, b, c] = [await register('inbox me'), await register('inbox b'), await register('inbox c')]
  const first = await say(b, me, '1')
  await say(b, c, 'not hers')
  const rest = [await say(me, b, '2'), await say(c, me, '3')]
  const inbox = async (after_time: number) =>
    (await user.listInbox({ viewer_id: me, after_time, after_id: 0, limit: 0 })).messages
  expect(await inbox(0)).toHaveLength(3)
  const later = await inbox(first.create_time)
  expect(later.map((message) => message.id).sort()).toEqual(rest.map((message) => message.id).sort())
})

test('an inbox is paged without gaps or duplicates, also if messages of several conversations have the same ms', async () => {
  const names = ['tie me', 'tie a', 'tie b', 'tie c', 'tie d', 'tie e']
  const [me, ...others] = await Promise.all(names.map((name) => register(name)))
  const sent = []
  for (const other of others) sent.push(await say(other, me!, 'x'))
  const time = sent[0]!.create_time
  await fixture.fresh.query('update message set create_time = ? where id in (?)', [time, sent.map(({ id }) => id)])
  const ids: number[] = []
  let cursor = { after_time: time - 1, after_id: 0 }
  for (let page = 0; page < 3; page++) {
    const { messages } = await user.listInbox({ viewer_id: me!, ...cursor, limit: 2 })
    ids.push(...messages.map(({ id }) => id))
    cursor = { after_time: time, after_id: ids.at(-1)! }
  }
  expect(ids).toEqual(sent.map(({ id }) => id).toSorted((a, b) => a - b))
})

test('messages since an id are those of all users, in the order of ids, and start at the greatest id', async () => {
  const [a, b, c] = [await register('since a'), await register('since b'), await register('since c')]
  const { last_id } = await user.listMessagesSince({ after_id: -1, limit: 0 })
  expect(await user.listMessagesSince({ after_id: last_id, limit: 0 })).toEqual({ messages: [], last_id })
  const sent = [await say(a, b, '1'), await say(b, c, '2'), await say(c, a, '3')]
  const all = await user.listMessagesSince({ after_id: last_id, limit: 0 })
  expect(all).toEqual({ messages: sent, last_id: sent[2]!.id })
  const page = await user.listMessagesSince({ after_id: last_id, limit: 2 })
  expect(page).toEqual({ messages: sent.slice(0, 2), last_id: sent[1]!.id })
})

test('a message to oneself, to an unknown user, blank or too long is rejected and not stored', async () => {
  const [a, b] = [await register('refuse a'), await register('refuse b')]
  expect(await outcome(say(a, a, 'x'))).toBe(status.INVALID_ARGUMENT)
  expect(await outcome(say(a, 99_999, 'x'))).toBe(status.NOT_FOUND)
  expect(await outcome(say(99_999, a, 'x'))).toBe(status.NOT_FOUND)
  for (const content of ['', ' \n', '字'.repeat(1001), 'a\0b']) {
    expect(await outcome(say(a, b, content))).toBe(status.INVALID_ARGUMENT)
  }
  expect(await history(a, b)).toEqual([])
  expect(await outcome(history(a, 99_999))).toBe(status.NOT_FOUND)
})

test('friends are users who follow each other, newest first, in one list or in pages', async () => {
  const [me, one, two, fan, idol] = await Promise.all(
    ['me', 'one', 'two', 'fan', 'idol'].map((name) => register(`f ${name}`)),
  )
  for (const [a, b] of [
    [me, one],
    [one, me],
    [two, me],
    [me, two],
    [fan, me],
    [me, idol],
  ] as const)
    await relate(a!, b!, 1)
  const list = async (limit: number, after?: { time: number; id: number } | null) =>
    user.listFriends({ user_id: me!, viewer_id: me!, limit, after })
  expect((await list(0)).friends.map((friend) => friend.user_id)).toEqual([two!, one!])
  const first = await list(1)
  const rest = await list(1, first.next)
  expect([...first.friends, ...rest.friends].map((friend) => friend.user_id)).toEqual([two!, one!])
  expect(rest.next).toBeNull()
  await relate(me!, two!, 2)
  expect((await list(0)).friends.map((friend) => friend.user_id)).toEqual([one!])
})

test('a friend is listed with the last message between viewer and friend, and never with another', async () => {
  const [me, friend, stranger] = await Promise.all(['x', 'y', 'z'].map((name) => register(`last ${name}`)))
  await relate(me!, friend!, 1)
  await relate(friend!, me!, 1)
  const seenBy = async (viewer_id: number) => (await user.listFriends({ user_id: me!, viewer_id, limit: 0 })).friends
  expect(await seenBy(me!)).toEqual([{ user_id: friend!, last_message: '', viewer_sent_it: false }])
  await say(me!, friend!, 'first')
  expect(await seenBy(me!)).toEqual([{ user_id: friend!, last_message: 'first', viewer_sent_it: true }])
  await say(friend!, me!, 'second')
  expect(await seenBy(me!)).toEqual([{ user_id: friend!, last_message: 'second', viewer_sent_it: false }])
  expect(await seenBy(stranger!)).toEqual([{ user_id: friend!, last_message: '', viewer_sent_it: false }])
})

const say = (from_user_id: number, to_user_id: number, content: string): Promise<Message> =>
  user.sendMessage({ from_user_id, to_user_id, content })

async function history(viewer_id: number, other_id: number): Promise<Message[]> {
  return (await user.listMessages({ ...all, viewer_id, other_id })).messages
}

async function unread(user_id: number): Promise<Record<number, number>> {
  const { conversations } = await user.listConversations({ user_id, limit: 0 })
  const withUnread = conversations.filter(({ unread_count }) => unread_count > 0)
  return Object.fromEntries(withUnread.map(({ friend, unread_count }) => [friend!.user_id, unread_count]))
}
