import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Message, messageTypes, refused, success, typesOf } from './answers.ts'
import { type Api, type Parameters, type Person, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi()
}, startLimitMs)
afterAll(() => api.close())

const people = (count: number) => api.people(count) as Promise<[Person, Person, Person]>
const send = (from: Person, to_user_id: number | string, content: string, more: Parameters = {}) =>
  api.post('/message/action/', { token: from.token, to_user_id, action_type: 1, content, ...more })
const say = async (from: Person, to: Person, content: string) => success(await send(from, to.id, content))
const chat = async (caller: Person, other: Person, pre_msg_time?: number | string) =>
  success(await api.get('/message/chat/', { token: caller.token, to_user_id: other.id, pre_msg_time })).message_list
const texts = (messages: Message[]) => messages.map((message) => message.content)

describe('a message', () => {
  test('needs no friendship, and both users see it unchanged', async () => {
    const [anna, bob] = await people(2)
    const content = '你好 👋🏽 <b>&amp;</b>\n"second line" \u202e'
    await say(anna, bob, content)
    const [message] = await chat(anna, bob)
    expect(typesOf(message)).toEqual(messageTypes)
    expect(message).toMatchObject({ from_user_id: anna.id, to_user_id: bob.id, content })
    expect(await chat(bob, anna)).toEqual([message!])
  })

  test('has its create_time in ms', async () => {
    const [anna, bob] = await people(2)
    const before = Date.now()
    await say(anna, bob, 'now')
    const [message] = await chat(anna, bob)
    expect(message!.create_time).toBeGreaterThanOrEqual(before)
    expect(message!.create_time).toBeLessThanOrEqual(Date.now())
  })

  test('has 1 to 1000 characters, and an emoji counts as one', async () => {
    const [anna, bob] = await people(2)
    for (const content of ['x', '字'.repeat(1000), '🎬'.repeat(1000)]) await say(anna, bob, content)
    for (const content of ['', '   ', '\n', '字'.repeat(1001), 'a\0b']) refused(await send(anna, bob.id, content))
    expect((await chat(anna, bob)).map(({ content }) => [...content].length)).toEqual([1, 1000, 1000])
  })

  test('to the sender, to an unknown user or without action_type 1 is rejected and not stored', async () => {
    const [anna, bob] = await people(2)
    const before = await api.rows('message')
    for (const to of [anna.id, 2147483647, 0, -1, 2 ** 31, '1abc', '']) refused(await send(anna, to, 'no'))
    for (const action_type of ['', 0, 2, '1.0', '1abc']) refused(await send(anna, bob.id, 'no', { action_type }))
    refused(await send(anna, bob.id, 'no', { token: 'none' }))
    expect(await api.rows('message')).toBe(before)
  })

  test('is visible to its two users only', async () => {
    const [anna, bob, eve] = await people(3)
    await say(anna, bob, 'secret')
    expect([await chat(eve, anna), await chat(eve, bob)]).toEqual([[], []])
  })
})

describe('a chat', () => {
  test('is complete and oldest first if the time is missing or invalid', async () => {
    const [anna, bob] = await people(2)
    for (const [from, to, text] of [
      [anna, bob, 'one'],
      [bob, anna, 'two'],
      [anna, bob, 'three'],
    ] as const)
      await say(from, to, text)
    for (const time of [undefined, '', 0, '0', 'abc', -1, '1e3'])
      expect(texts(await chat(anna, bob, time))).toEqual(['one', 'two', 'three'])
  })

  test('polled with a time returns only messages that the caller received after it, not those that the caller sent', async () => {
    const [anna, bob] = await people(2)
    await say(bob, anna, 'old')
    const seen = (await chat(anna, bob))[0]!.create_time
    await say(anna, bob, 'my own')
    await say(bob, anna, 'new')
    expect(texts(await chat(anna, bob, seen))).toEqual(['new'])
    expect(texts(await chat(anna, bob, seen - 1))).toEqual(['old', 'new'])
    const newest = (await chat(anna, bob)).at(-1)!.create_time
    expect(await chat(anna, bob, newest)).toEqual([])
  })

  test('reads a time below 1e11 as seconds', async () => {
    const [anna, bob] = await people(2)
    await say(bob, anna, 'hello')
    const { create_time } = (await chat(anna, bob))[0]!
    expect(texts(await chat(anna, bob, Math.floor(create_time / 1000) - 1))).toEqual(['hello'])
    expect(await chat(anna, bob, Math.floor(create_time / 1000) + 1)).toEqual([])
  })

  test('polled while both write loses no message and repeats none, and times strictly increase', async () => {
    const [anna, bob] = await people(2)
    const count = 120
    let writing = true
    const write = async (from: Person, to: Person) => {
      for (let i = 0; i < count; i++) await say(from, to, `${i}`)
    }
    const poll = async () => {
      const received: Message[] = []
      const more = async () => received.push(...(await chat(anna, bob, received.at(-1)?.create_time ?? 1)))
      while (writing) await more()
      await more()
      return received
    }
    const written = Promise.all([write(bob, anna), write(anna, bob)]).finally(() => {
      writing = false
    })
    const [received] = await Promise.all([poll(), written])
    expect(texts(received)).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
    const times = (await chat(anna, bob)).map((message) => message.create_time)
    expect(times.length).toBe(2 * count)
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
  })

  test('can be read in pages from its end, none lost and none repeated', async () => {
    const [anna, bob] = await people(2)
    for (let i = 0; i < 7; i++) await say(i % 2 ? anna : bob, i % 2 ? bob : anna, `${i}`)
    const pages: string[][] = []
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query = { token: anna.token, to_user_id: bob.id, limit: 3, cursor }
      const { message_list, next_cursor } = success(await api.get('/message/chat/', query))
      pages.push(texts(message_list))
      cursor = next_cursor || undefined
    }
    expect(pages.filter((page) => page.length > 0)).toEqual([['4', '5', '6'], ['1', '2', '3'], ['0']])
  })
})

describe('an unread message', () => {
  const unread = async (caller: Person) =>
    success(await api.get('/message/unread/', { token: caller.token })).unread_list
  const conversations = async (caller: Person) =>
    success(await api.get('/message/conversation/list/', { token: caller.token })).conversation_list

  test('is counted for its receiver until it is read', async () => {
    const [anna, bob, eve] = await people(3)
    await say(bob, anna, 'one')
    await say(bob, anna, 'two')
    await say(eve, anna, 'three')
    expect(await unread(anna)).toEqual([
      { user_id: eve.id, count: 1 },
      { user_id: bob.id, count: 2 },
    ])
    expect(await unread(bob)).toEqual([])
    const [first] = await chat(anna, bob)
    const read = (time: number) => api.post('/message/read/', { token: anna.token, to_user_id: bob.id, time })
    success(await read(first!.create_time))
    expect(await unread(anna)).toContainEqual({ user_id: bob.id, count: 1 })
    success(await read(Date.now() + 60_000))
    expect(await unread(anna)).toEqual([{ user_id: eve.id, count: 1 }])
  })

  test('is counted in the list of conversations, which shows the latest first with its last message', async () => {
    const [anna, bob, eve] = await people(3)
    await say(bob, anna, 'from Bob')
    await say(anna, eve, 'to Eve')
    expect(await conversations(anna)).toMatchObject([
      { id: eve.id, name: eve.name, message: 'to Eve', msgType: 1, unread_count: 0 },
      { id: bob.id, name: bob.name, message: 'from Bob', msgType: 0, unread_count: 1 },
    ])
  })
})
