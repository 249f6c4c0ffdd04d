import { afterEach, expect, jest, test } from 'bun:test'
import { type Message, unavailable } from '@douyin/proto'
import { inbox } from './inbox.ts'

afterEach(() => {
  jest.useRealTimers()
})

/** user-srv with these messages, of which some are not visible yet. */
function world() {
  const all: Message[] = []
  const hidden = new Set<number>()
  let questions = 0
  const visible = () => all.filter((one) => !hidden.has(one.id))
  const user = {
    async listInbox({ viewer_id, after_time, after_id }: { viewer_id: number; after_time: number; after_id: number }) {
      const hers = visible().filter((one) => one.from_user_id === viewer_id || one.to_user_id === viewer_id)
      const isLater = ({ create_time, id }: Message) =>
        create_time > after_time || (create_time === after_time && after_id > 0 && id > after_id)
      return { messages: hers.filter(isLater).slice(0, 1000) }
    },
    async listMessagesSince({ after_id, limit }: { after_id: number; limit: number }) {
      questions++
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
    questions: () => questions,
    say(from_user_id: number, to_user_id: number): Message {
      const message = { id: all.length + 1, from_user_id, to_user_id, content: 'x', create_time: Date.now() }
      all.push(message)
      return message
    },
  }
}

/** Lets what waits for answers go on, and then the time pass. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
  jest.advanceTimersByTime(ms)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('a message sent through another process comes by itself, once, though its id shows later than a greater one', async () => {
  jest.useFakeTimers()
  const { user, say, hidden } = world()
  const mail = inbox(user)
  const got: number[] = []
  const leave = mail.connect(
    1,
    0,
    ({ id }) => void got.push(id),
    () => {},
  )
  await pass(0)
  hidden.add(say(2, 1).id)
  say(3, 1)
  await pass(2000)
  expect(got).toEqual([2])
  hidden.clear()
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(got).toEqual([2, 1])
  leave()
})

test('a hundred sockets cost as many questions as one, and none when the last is closed', async () => {
  jest.useFakeTimers()
  const { user, say, questions } = world()
  const mail = inbox(user)
  const got: number[] = []
  const leaves = Array.from({ length: 100 }, (_, i) =>
    mail.connect(
      i + 1,
      0,
      () => void got.push(i + 1),
      () => {},
    ),
  )
  for (let i = 0; i < 5; i++) await pass(2000)
  expect(questions()).toBe(1 + 5)
  say(200, 7)
  await pass(2000)
  expect(got).toEqual([7])
  for (const leave of leaves) leave()
  const before = questions()
  for (let i = 0; i < 5; i++) await pass(2000)
  expect(questions()).toBe(before)
})

test('what was missed comes before what is new, so that a client cut in between goes on from where it was', async () => {
  const { user, say } = world()
  const missed = say(2, 1)
  const answer = Promise.withResolvers<void>()
  const slow = {
    ...user,
    listInbox: async (asked: { viewer_id: number; after_time: number; after_id: number }) => {
      await answer.promise
      return user.listInbox(asked)
    },
  }
  const mail = inbox(slow)
  const got: number[] = []
  const leave = mail.connect(
    1,
    missed.create_time - 1,
    ({ id }) => void got.push(id),
    () => {},
  )
  mail.push(say(3, 1))
  await Bun.sleep(0)
  expect(got).toEqual([])
  answer.resolve()
  await Bun.sleep(0)
  expect(got).toEqual([1, 2])
  leave()
})

test('a socket that cannot be told what it missed is ended, so that it comes again', async () => {
  const { user } = world()
  const away = async () => {
    throw unavailable('away')
  }
  const ended: string[] = []
  inbox({ ...user, listMessagesSince: away }).connect(
    1,
    5,
    () => {},
    () => void ended.push('no start'),
  )
  inbox({ ...user, listInbox: away }).connect(
    1,
    5,
    () => {},
    () => void ended.push('no past'),
  )
  await Bun.sleep(0)
  expect(ended.toSorted()).toEqual(['no past', 'no start'])
})

test('a long absence is caught up by several connections, each from where the one before it ended, and nothing is missed', async () => {
  const total = 12_500
  const all = Array.from({ length: total }, (_, i) => ({
    id: i + 1,
    from_user_id: 2,
    to_user_id: 1,
    content: 'x',
    create_time: 1_000_000 + 10 * i,
  }))
  const mail = inbox({
    listInbox: async ({ after_time, limit }) => ({
      messages: all.filter((one) => one.create_time > after_time).slice(0, limit),
    }),
    listMessagesSince: async () => ({ messages: [], last_id: total }),
  })
  const got = new Set<number>()
  const connections: number[] = []
  for (let newest = 1; got.size < total; ) {
    let count = 0
    const whole = Promise.withResolvers<void>()
    const leave = mail.connect(
      1,
      newest,
      ({ id, create_time }) => {
        got.add(id)
        newest = create_time
        count++
        if (got.size === total) whole.resolve()
      },
      whole.resolve,
    )
    await whole.promise
    leave()
    connections.push(count)
  }
  expect(Math.max(...connections)).toBeLessThanOrEqual(5000)
  expect(connections.length).toBe(3)
})

test('what was missed comes whole, though more of it than one page holds is of one ms', async () => {
  const { user, say } = world()
  const now = Date.now()
  for (let i = 0; i < 1003; i++) say(2 + i, 1).create_time = now
  const got: number[] = []
  const leave = inbox(user).connect(
    1,
    now,
    ({ id }) => void got.push(id),
    () => {},
  )
  for (let i = 0; i < 5; i++) await Bun.sleep(0)
  expect(got).toEqual(Array.from({ length: 1003 }, (_, i) => i + 1))
  leave()
})

test('a message comes once, however many there are while its id may still show late', async () => {
  jest.useFakeTimers()
  const { user, say } = world()
  const mail = inbox(user)
  const got: number[] = []
  const connect = (after: number) =>
    mail.connect(
      1,
      after,
      ({ id }) => void got.push(id),
      () => {},
    )
  const leave = connect(0)
  await pass(0)
  for (let i = 0; i < 3000; i++) say(2, 1)
  mail.push(say(3, 1))
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 3001 }, (_, i) => i + 1))
  leave()
})

test('who connects in the middle of many messages gets each once too, what was missed and what is found later', async () => {
  jest.useFakeTimers()
  const { user, say } = world()
  const mail = inbox(user)
  const first = mail.connect(
    9,
    0,
    () => {},
    () => {},
  )
  await pass(0)
  const before = Date.now()
  for (let i = 0; i < 700; i++) say(2, 1)
  await pass(2000)
  for (let i = 0; i < 700; i++) say(2, 1)
  const got: number[] = []
  const leave = mail.connect(
    1,
    before,
    ({ id }) => void got.push(id),
    () => {},
  )
  for (let i = 0; i < 6; i++) await pass(2000)
  expect(got.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1400 }, (_, i) => i + 1))
  leave()
  first()
})

test('a round reads a bounded number of messages, and the next ones go on behind it', async () => {
  jest.useFakeTimers()
  const { user, say, questions } = world()
  const mail = inbox(user)
  const got: number[] = []
  const leave = mail.connect(
    1,
    0,
    ({ id }) => void got.push(id),
    () => {},
  )
  await pass(0)
  for (let i = 0; i < 50_000; i++) say(2, 3)
  const last = say(2, 1)
  const before = questions()
  await pass(2000)
  for (let i = 0; i < 20; i++) await pass(0)
  expect(questions() - before).toBe(20)
  for (let i = 0; i < 40; i++) await pass(500)
  expect(got).toEqual([last.id])
  leave()
})
