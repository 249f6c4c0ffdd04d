import { expect, test } from 'bun:test'
import { follow, formatLine } from './log.ts'

const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime()
const entry = { level: 30, time, service: 'user-srv', msg: 'serving gRPC', port: 9081 }
const format = (line: string) => formatLine('user-srv', line, false)

test('a log entry becomes time, service, message and fields', () => {
  expect(format(JSON.stringify(entry))).toBe('03:04:05.006 user-srv  serving gRPC port=9081\n')
})

test('a level other than info is named', () => {
  expect(format(JSON.stringify({ ...entry, level: 40 }))).toBe('03:04:05.006 user-srv  WARN serving gRPC port=9081\n')
})

test('values with spaces are quoted and objects are JSON', () => {
  const fields = { text: 'two words', list: [1], none: null }
  const line = JSON.stringify({ level: 30, time, msg: 'hi', ...fields })
  expect(format(line)).toBe('03:04:05.006 user-srv  hi text="two words" list=[1] none=null\n')
})

test('an error is printed with its stack below', () => {
  const err = { type: 'Error', message: 'no', stack: 'Error: no\n    at here' }
  expect(format(JSON.stringify({ level: 50, time, msg: 'failed', err }))).toBe(
    '03:04:05.006 user-srv  ERROR failed\n  Error: no\n      at here\n',
  )
})

test('a line that is not a log entry stays as it is', () => {
  for (const line of ['error: x', '{"a":1}', '{not json', '']) {
    expect(format(line)).toBe(`             user-srv  ${line}\n`)
  }
})

test('colours are only printed on request', () => {
  expect(formatLine('user-srv', JSON.stringify(entry), true)).toContain('\x1b[36muser-srv\x1b[0m')
  expect(format(JSON.stringify(entry))).not.toContain('\x1b')
})

test('lines that are split into chunks stay whole, and the last one needs no line break', async () => {
  expect(await followed(['a\nb', 'c\n\u7b2c', '\u4e00'])).toEqual(['a', 'bc', '第一'])
})

test('a line without a line break is printed in parts and not buffered', async () => {
  const lines = await followed(Array(5).fill('x'.repeat(50_000)))
  expect(lines.map((line) => line.length)).toEqual([100_000, 100_000, 50_000])
})

async function followed(chunks: string[]): Promise<string[]> {
  const lines: string[] = []
  const stream = new Blob([]).stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush: (controller) => chunks.forEach((chunk) => void controller.enqueue(new TextEncoder().encode(chunk))),
    }),
  )
  await follow(stream, 'web-srv', (text) => void lines.push(text.slice(23, -1)))
  return lines
}

test('calls between the services are left out, unless their level is above info', () => {
  const line = (level: number) =>
    JSON.stringify({ level, time: 0, service: 'feed-srv', msg: 'call', method: 'GetVideos' })
  expect(formatLine('feed-srv', line(30), false)).toBe('')
  expect(formatLine('feed-srv', line(50), false)).toContain('call method=GetVideos')
})
