import { afterEach, expect, jest, test } from 'bun:test'
import { Failure, type Message } from '@douyin/proto'
import { inbox } from './inbox.ts'

afterEach(() => {
  jest.useRealTimers()
})

/** A fake user-srv with messages. Those in `hidden` are not visible yet. */
function fakeUserSrv() {
  const all: Message[] = []
  const hidden = new Set<number>()
  let polls = 0
  const visible = () => all.filter((one) => !hidden.has(one.id))
  const user = {
    async listInbox({ viewer_id, after_time, after_id }: { viewer_id: number; after_time: number; after_id: number }) {
      const ofViewer = visible().filter((one) => one.from_user_id === viewer_id || one.to_user_id === viewer_id)
      const isLater = ({ create_time, id }: Message) =>
        create_time > after_time || (create_time === after_time && after_id > 0 && id > after_id)
      return { messages: ofViewer.filter(isLater).slice(0, 1000) }
    },
    async listMessagesSince({ after_id, limit }: { after_id: number; limit: number }) {
      polls++
      const later =
        after_id < 0
          ? []
          : visible()
              .filter((one) => one.id > after_id)
              .slice(0, limit)
      return { messages: later, last_id: later.at(-1)?.id ?? (after_id < 0 ? (visible().at(-1)?.id ?? 0) : after_id) }
    },
  }
  return {
    user,
    hidden,
    polls: () => polls,
    send(from_user_id: number, to_user_id: number): Message {
      const message = { id: all.length + 1, from_user_id, to_user_id, content: 'x', create_time: Date.now() }
      all.push(message)
      return message
    },
  }
}

/** Runs pending promise callbacks, then advances the fake timers. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  jest.advanceTimersByTime(ms)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('a message sent through another process is delivered once, though its id becomes visible after a greater one', async () => {
  jest.useFakeTimers()
  const { user, send, hidden } = fakeUserSrv()
  const messages = inbox(user)
  const received: number[] = []
  const leave = messages.connect(
    1,
    0,
    ({ id }) => void received.push(id),
    () => {},
  )
  await pass(0)
  hidden.add(send(2, 1).id)
  send(3, 1)
  await pass(2000)
  expect(received).toEqual([2])
  hidden.clear()
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(received).toEqual([2, 1])
  leave()
})

test('a hundred sockets need as many polls as one, and none after the last is closed', async () => {
  jest.useFakeTimers()
  const { user, send, polls } = fakeUserSrv()
  const messages = inbox(user)
  const received: number[] = []
  const leaves = Array.from({ length: 100 }, (_, i) =>
    messages.connect(
      i + 1,
      0,
      () => void received.push(i + 1),
      () => {},
    ),
  )
  for (let i = 0; i < 5; i++) await pass(2000)
  expect(polls()).toBe(1 + 5)
  send(200, 7)
  await pass(2000)
  expect(received).toEqual([7])
  for (const leave of leaves) leave()
  const before = polls()
  for (let i = 0; i < 5; i++) await pass(2000)
  expect(polls()).toBe(before)
})

test('missed messages are sent before new ones, so a client that is cut off in between resumes without a gap', async () => {
  const { user, send } = fakeUserSrv()
  const missed = send(2, 1)
  const answer = Promise.withResolvers<void>()
  const slow = {
    ...user,
    listInbox: async (request: { viewer_id: number; after_time: number; after_id: number }) => {
      await answer.promise
      return user.listInbox(request)
    },
  }
  const messages = inbox(slow)
  const received: number[] = []
  const leave = messages.connect(
    1,
    missed.create_time - 1,
    ({ id }) => void received.push(id),
    () => {},
  )
  messages.push(send(3, 1))
  await Bun.sleep(0)
  expect(received).toEqual([])
  answer.resolve()
  await Bun.sleep(0)
  expect(received).toEqual([1, 2])
  leave()
})

test('a socket is closed if its missed messages cannot be read, so that the client reconnects', async () => {
  const { user } = fakeUserSrv()
  const away = async () => {
    throw new Failure('UNAVAILABLE')
  }
  const closed: string[] = []
  inbox({ ...user, listMessagesSince: away }).connect(
    1,
    5,
    () => {},
    () => void closed.push('poller failed'),
  )
  inbox({ ...user, listInbox: away }).connect(
    1,
    5,
    () => {},
    () => void closed.push('inbox failed'),
  )
  await Bun.sleep(0)
  expect(closed.toSorted()).toEqual(['inbox failed', 'poller failed'])
})

test('a long absence is caught up by several connections, each from where the previous one stopped, without a gap', async () => {
  const total = 12_500
  const all = Array.from({ length: total }, (_, i) => ({
    id: i + 1,
    from_user_id: 2,
    to_user_id: 1,
    content: 'x',
    create_time: 1_000_000 + 10 * i,
  }))
  const messages = inbox({
    listInbox: async ({ after_time, limit }) => ({
      messages: all.filter((one) => one.create_time > after_time).slice(0, limit),
    }),
    listMessagesSince: async () => ({ messages: [], last_id: total }),
  })
  const received = new Set<number>()
  const connections: number[] = []
  for (let newest = 1; received.size < total; ) {
    let count = 0
    const finished = Promise.withResolvers<void>()
    const leave = messages.connect(
      1,
      newest,
      ({ id, create_time }) => {
        received.add(id)
        newest = create_time
        count++
        if (received.size === total) finished.resolve()
      },
      finished.resolve,
    )
    await finished.promise
    leave()
    connections.push(count)
  }
  expect(Math.max(...connections)).toBeLessThanOrEqual(5000)
  expect(connections.length).toBe(3)
})

test('all missed messages are sent, though more than one page of them has the same ms', async () => {
  const { user, send } = fakeUserSrv()
  const now = Date.now()
  for (let i = 0; i < 1003; i++) send(2 + i, 1).create_time = now
  const received: number[] = []
  const leave = inbox(user).connect(
    1,
    now,
    ({ id }) => void received.push(id),
    () => {},
  )
  for (let i = 0; i < 5; i++) await Bun.sleep(0)
  expect(received).toEqual(Array.from({ length: 1003 }, (_, i) => i + 1))
  leave()
})

test('each message is delivered once, however many arrive while ids may still become visible late', async () => {
  jest.useFakeTimers()
  const { user, send } = fakeUserSrv()
  const messages = inbox(user)
  const received: number[] = []
  const connect = (after: number) =>
    messages.connect(
      1,
      after,
      ({ id }) => void received.push(id),
      () => {},
    )
  const leave = connect(0)
  await pass(0)
  for (let i = 0; i < 3000; i++) send(2, 1)
  messages.push(send(3, 1))
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(received.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 3001 }, (_, i) => i + 1))
  leave()
})

test('a client that connects while many messages arrive gets each once, missed ones and polled ones', async () => {
  jest.useFakeTimers()
  const { user, send } = fakeUserSrv()
  const messages = inbox(user)
  const first = messages.connect(
    9,
    0,
    () => {},
    () => {},
  )
  await pass(0)
  const before = Date.now()
  for (let i = 0; i < 700; i++) send(2, 1)
  await pass(2000)
  for (let i = 0; i < 700; i++) send(2, 1)
  const received: number[] = []
  const leave = messages.connect(
    1,
    before,
    ({ id }) => void received.push(id),
    () => {},
  )
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(received.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1400 }, (_, i) => i + 1))
  leave()
  first()
})

test('a poll reads a bounded number of messages, and the next poll continues after them', async () => {
  jest.useFakeTimers()
  const { user, send, polls } = fakeUserSrv()
  const messages = inbox(user)
  const received: number[] = []
  const leave = messages.connect(
    1,
    0,
    ({ id }) => void received.push(id),
    () => {},
  )
  await pass(0)
  for (let i = 0; i < 50_000; i++) send(2, 3)
  const last = send(2, 1)
  const before = polls()
  await pass(2000)
  for (let i = 0; i < 20; i++) await pass(0)
  expect(polls() - before).toBe(20)
  for (let i = 0; i < 40; i++) await pass(500)
  expect(received).toEqual([last.id])
  leave()
})
