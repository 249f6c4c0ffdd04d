import { expect, test } from 'bun:test'
import type { Message } from '../types.ts'
import { type Bubble, merge } from './bubbles.ts'

const viewerId = 1
const message = (id: number, content: string, from = 2, time = id * 10): Message => ({
  id,
  content,
  from_user_id: from,
  to_user_id: 3 - from,
  create_time: time,
})
const waiting = (key: string, content: string): Bubble => ({
  key,
  id: 0,
  isOwn: true,
  content,
  time: 0,
  state: 'sending',
})
const contents = (bubbles: Bubble[]) => bubbles.map((bubble) => bubble.content)

test('a message that arrives twice is shown once', () => {
  const once = merge([], [message(1, 'a'), message(1, 'a')], viewerId)
  expect(contents(merge(once, [message(1, 'a'), message(2, 'b')], viewerId))).toEqual(['a', 'b'])
})

test('messages are sorted by time, whatever order they arrive in', () => {
  const late = merge([], [message(3, 'c'), message(2, 'b')], viewerId)
  expect(contents(merge(late, [message(1, 'a')], viewerId))).toEqual(['a', 'b', 'c'])
})

test('an own message replaces the oldest sending bubble with the same text', () => {
  const written = [waiting('first', 'hi'), waiting('second', 'hi')]
  const [acknowledged, sending] = merge(written, [message(7, 'hi', viewerId)], viewerId)
  expect(acknowledged).toMatchObject({ key: 'first', id: 7, state: 'sent' })
  expect(sending).toMatchObject({ key: 'second', id: 0, state: 'sending' })
})

test('the same text from the other user is a separate message', () => {
  expect(merge([waiting('mine', 'hi')], [message(4, 'hi')], viewerId)).toHaveLength(2)
})

test('messages that are not sent yet come last', () => {
  expect(contents(merge([waiting('mine', 'new')], [message(9, 'old')], viewerId))).toEqual(['old', 'new'])
})
