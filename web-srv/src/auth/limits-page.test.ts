import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { usualBody } from '../http/request-body.ts'
import { mediaLimits } from '../media/media-limits.ts'
import { stallSeconds } from '../media/upload/receive.ts'
import { defaultRules } from './rate-limit.ts'

const page = await Bun.file(join(import.meta.dir, '../../../docs/limits.md')).text()

test('docs/limits.md lists exactly the rules, with their numbers', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+) \|/gm)].map(([, rule, points, seconds]) => [
    rule,
    { points: Number(points), seconds: Number(seconds) },
  ])
  expect(Object.fromEntries(rows)).toEqual(defaultRules)
})

test('docs/limits.md states the actual limits of bodies and uploads', () => {
  const { maxUploadSeconds, maxBytes } = mediaLimits()
  const documented = (limit: string) => new RegExp(`^\\| ${limit} \\| (\\d+)`, 'm').exec(page)?.[1]
  expect(documented('an upload, to its last byte')).toBe(String(maxUploadSeconds))
  expect(documented('an upload without a byte')).toBe(String(stallSeconds))
  expect(documented('a body, from the head of its request to its last byte')).toBe(String(usualBody.seconds))
  expect(documented('a video')).toBe(String(maxBytes / 2 ** 20))
})
