import { expect, test } from 'bun:test'
import { follow, formatLine } from './log.ts'

const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime()
const entry = { level: 30, time, service: 'user-srv', msg: 'serving gRPC', port: 9081, request_id: 'abc' }
const format = (line: string) => formatLine('user-srv', line, false)

test('a log entry becomes service, time, level, message and fields, with the id of its request', () => {
  expect(format(JSON.stringify(entry))).toBe(
    'user-srv  [03:04:05.006] INFO: serving gRPC {"port":9081,"request_id":"abc"}\n',
  )
  expect(format(JSON.stringify({ ...entry, level: 40 }))).toContain('WARN: serving gRPC')
})

test('an error that a service logs is printed with its message, its stack and its cause', () => {
  // As process/log.ts writes it.
  const cause = { name: 'Error', message: 'connect ECONNREFUSED' }
  const err = { name: 'Failure', code: 14, message: 'no answer', stack: ['    at here', '    at there'], cause }
  const text = format(JSON.stringify({ level: 50, time, msg: 'failed', err }))
  expect(text).toStartWith('user-srv  [03:04:05.006] ERROR: failed')
  for (const part of ['no answer', 'at here', 'at there', 'connect ECONNREFUSED']) expect(text).toContain(part)
})

test('a line that is not a log entry stays as it is', () => {
  for (const line of ['error: x', '{"a":1}', '{not json', '{"level":', '']) {
    expect(format(line)).toBe(`user-srv  ${line}\n`)
  }
})

test('colours are only printed on request', () => {
  expect(formatLine('user-srv', JSON.stringify(entry), true)).toStartWith('\x1b[36muser-srv\x1b[0m  [')
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
  await follow(stream, 'web-srv', (text) => void lines.push(text.slice('web-srv   '.length, -1)))
  return lines
}

test('calls between the services are left out, unless their level is above info', () => {
  const line = (level: number) =>
    JSON.stringify({ level, time: 0, service: 'feed-srv', msg: 'call', method: 'GetVideos' })
  expect(formatLine('feed-srv', line(30), false)).toBe('')
  expect(formatLine('feed-srv', line(50), false)).toContain('call {"method":"GetVideos"}')
})
