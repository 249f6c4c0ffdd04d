import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { usualBody } from '../http/request-body.ts'
import { mediaLimits } from '../media/media-limits.ts'
import { stallSeconds } from '../media/upload/receive.ts'
import { defaultRules } from './rate-limit.ts'

const page = await Bun.file(join(import.meta.dir, '../../../docs/limits.md')).text()

test('docs/limits.md has each rule with its numbers, and no other', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \|/gm)].map(([, rule, points, seconds]) => [
    rule,
    { points: Number(points), seconds: Number(seconds) },
  ])
  expect(Object.fromEntries(rows)).toEqual(defaultRules)
})

test('docs/limits.md tells the time limits of bodies and uploads as they are', () => {
  const { maxUploadSeconds, maxBytes } = mediaLimits()
  const told = (what: string) => new RegExp(`^\\| ${what} \\| (\\d+)`, 'm').exec(page)?.[1]
  expect(told('an upload, to its last byte')).toBe(String(maxUploadSeconds))
  expect(told('an upload without a byte')).toBe(String(stallSeconds))
  expect(told('a body, from the head of its request to its last byte')).toBe(String(usualBody.seconds))
  expect(told('a video')).toBe(String(maxBytes / 2 ** 20))
})
