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
const contents = (bubbles: Bubble[]) => bubbles.map((one) => one.content)

test('a message that comes twice is shown once', () => {
  const once = merge([], [message(1, 'a'), message(1, 'a')], viewerId)
  expect(contents(merge(once, [message(1, 'a'), message(2, 'b')], viewerId))).toEqual(['a', 'b'])
})

test('messages stand in the order of their times, whenever they come', () => {
  const late = merge([], [message(3, 'c'), message(2, 'b')], viewerId)
  expect(contents(merge(late, [message(1, 'a')], viewerId))).toEqual(['a', 'b', 'c'])
})

test('my own message takes the place of the bubble that waited for it, the oldest first', () => {
  const written = [waiting('first', 'hi'), waiting('second', 'hi')]
  const [told, still] = merge(written, [message(7, 'hi', viewerId)], viewerId)
  expect(told).toMatchObject({ key: 'first', id: 7, state: 'sent' })
  expect(still).toMatchObject({ key: 'second', id: 0, state: 'sending' })
})

test('the same words from the other are a message of their own', () => {
  expect(merge([waiting('mine', 'hi')], [message(4, 'hi')], viewerId)).toHaveLength(2)
})

test('what is not sent yet stands last', () => {
  expect(contents(merge([waiting('mine', 'new')], [message(9, 'old')], viewerId))).toEqual(['old', 'new'])
})
