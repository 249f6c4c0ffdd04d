import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../stack.ts'
import { type Message, success } from './answers.ts'
import { type Api, type Person, startLimitMs, startTestApi } from './client.ts'

let api: Api
beforeAll(async () => {
  api = await startTestApi()
}, startLimitMs)
afterAll(() => api.close())

const people = (count: number) => api.people(count) as Promise<[Person, Person, Person]>
const say = async (from: Person, to: Person, content: string) =>
  success(await api.post('/message/action/', { token: from.token, to_user_id: to.id, action_type: 1, content }))

/** Opens a socket; collects its messages and its close code. */
async function listen(token: string, after?: number) {
  const query = new URLSearchParams({ token, ...(after === undefined ? {} : { after: `${after}` }) })
  const socket = new WebSocket(`${api.stack.base.replace('http', 'ws')}/douyin/message/socket/?${query}`)
  const messages: Message[] = []
  let pongs = 0
  let closed: number | undefined
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.type === 'message') messages.push(frame.message)
    if (frame.type === 'pong') pongs++
  }
  socket.onclose = ({ code }) => (closed = code)
  await until(async () => socket.readyState !== WebSocket.CONNECTING)
  const texts = () => messages.map((message) => message.content)
  const ask = () => socket.send('{"type":"ping"}')
  ask()
  await until(async () => pongs === 1 || closed !== undefined)
  return { socket, messages, texts, ask, pongs: () => pongs, closed: () => closed }
}

/** Ends the connection without a closing frame, as a phone does that loses its signal. */
const cut = (socket: WebSocket) => (socket as WebSocket & { terminate(): void }).terminate()

test('a message is pushed to its sender and its receiver, as the chat returns it, and to nobody else', async () => {
  const [anna, bob, eve] = await people(3)
  const [annas, bobs, eves] = await Promise.all([anna, bob, eve].map(({ token }) => listen(token)))
  await say(anna, bob, '你好')
  await until(async () => annas!.messages.length === 1 && bobs!.messages.length === 1)
  const chat = success(await api.get('/message/chat/', { token: bob.token, to_user_id: anna.id })).message_list
  expect([annas!.messages, bobs!.messages]).toEqual([chat, chat])
  await say(bob, eve, 'and you?')
  await until(async () => eves!.messages.length === 1)
  expect([annas!.texts(), eves!.texts()]).toEqual([['你好'], ['and you?']])
})

test('reconnecting with the newest time seen misses no message, over twenty cuts while messages arrive', async () => {
  const [anna, bob] = await people(2)
  const count = 200
  const writing = (async () => {
    for (let i = 0; i < count; i++) await say(bob, anna, `${i}`)
  })()
  const seen = new Map<number, Message>()
  for (let i = 0; i < 20; i++) {
    const newest = Math.max(1, ...[...seen.values()].map((message) => message.create_time))
    const { socket, messages } = await listen(anna.token, newest)
    await until(async () => messages.length > 2 || seen.size + messages.length >= count)
    cut(socket)
    const ids = messages.map((message) => message.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const message of messages) seen.set(message.id, message)
  }
  await writing
  const { messages } = await listen(anna.token, Math.max(...[...seen.values()].map((message) => message.create_time)))
  await until(async () => {
    for (const message of messages) seen.set(message.id, message)
    return seen.size === count
  })
  const inOrder = [...seen.values()].toSorted((a, b) => a.create_time - b.create_time)
  expect(inOrder.map((message) => message.content)).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
}, 30_000)

test('a socket without a valid token is closed with 4401', async () => {
  for (const token of ['', 'nonsense', 'null']) {
    const { closed } = await listen(token)
    await until(async () => closed() === 4401)
  }
})

test('an invalid frame closes the socket with 4400, and one that is too large with 1006 or 1009', async () => {
  const [anna] = await people(1)
  for (const frame of ['', 'garbage', '{', '[]', 'null', '{"type":"message"}', new Uint8Array([0, 255, 1])]) {
    const { socket, closed } = await listen(anna.token)
    socket.send(frame)
    await until(async () => closed() !== undefined)
    expect([frame, closed()]).toEqual([frame, 4400])
  }
  const { socket, closed } = await listen(anna.token)
  socket.send('x'.repeat(100_000))
  await until(async () => closed() !== undefined)
  // Bun ends the connection without a closing frame, which RFC 6455 reports as 1006.
  expect([1006, 1009]).toContain(closed()!)
})

test('a flood of frames closes the socket with 4429, and other sockets stay open', async () => {
  const [anna, bob] = await people(2)
  const [flooding, calm] = await Promise.all([listen(anna.token), listen(bob.token)])
  for (let i = 0; i < 1000; i++) flooding.ask()
  await until(async () => flooding.closed() === 4429)
  expect(flooding.pongs()).toBeLessThan(100)
  await say(anna, bob, 'still here')
  await until(async () => calm.texts().includes('still here'))
})

test('one user may have 20 sockets, and a further one closes the oldest', async () => {
  const [anna] = await people(1)
  const all = await Promise.all(Array.from({ length: 25 }, () => listen(anna.token)))
  const gone = () => all.filter(({ closed }) => closed() === 4429).length
  await until(async () => gone() === 5)
  const last = await listen(anna.token)
  await until(async () => gone() === 6)
  expect(last.closed()).toBeUndefined()
})
