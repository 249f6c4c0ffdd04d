import { expect, test } from 'bun:test'
import * as v from 'valibot'
import { configSchema } from './config.ts'

const base = v.object({ PUBLIC_BASE_URL: configSchema.entries.PUBLIC_BASE_URL })
const read = (url: string) => v.safeParse(base, { PUBLIC_BASE_URL: url })

test('PUBLIC_BASE_URL is normalized to scheme and host, with or without a slash at the end', () => {
  const asWritten = [
    'https://v.example.org',
    'https://v.example.org/',
    'HTTPS://V.Example.org:443',
    'http://[::1]:8080',
  ]
  expect(asWritten.map((url) => read(url).output)).toEqual([
    ...Array(3).fill({ PUBLIC_BASE_URL: 'https://v.example.org' }),
    { PUBLIC_BASE_URL: 'http://[::1]:8080' },
  ])
})

test.each([
  ...['https://v.example.org/app', 'https://v.example.org/app/', 'https://v.example.org//', 'https://v.example.org/.x'],
  ...['https://v.example.org?', 'https://v.example.org/?a=1', 'https://v.example.org#', 'https://v.example.org/#a'],
  ...['https://me@v.example.org', 'https://me:secret@v.example.org', 'https://@v.example.org'],
])('PUBLIC_BASE_URL %s is rejected, and the message explains sub-paths', (url) => {
  const [issue] = read(url).issues ?? []
  expect(issue?.message).toContain('a sub-path does not work, so give this server a (sub)domain or a port of its own')
  expect(issue?.message).not.toContain('secret')
})

test.each(['video.example.org', 'ftp://v.example.org', '/app', 'https://', 'https:v.example.org/app'])(
  'PUBLIC_BASE_URL %s is not a valid base URL',
  (url) => expect(read(url).success).toBe(false),
)
