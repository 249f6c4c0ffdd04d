import { expect, test } from 'bun:test'
import { Failure, type Reason, reasons } from '@douyin/proto'
import { en } from './en.ts'
import { localize } from './localize.ts'
import { zh } from './zh.ts'

const inEnglish = new Request('http://localhost', { headers: { 'accept-language': 'en' } })
const inChinese = new Request('http://localhost', { headers: { 'accept-language': 'zh' } })

/** Each reason with values: 7, 8 and so on for numbers, and each word of a list. */
const failures = Object.entries(reasons).flatMap(([reason, { values }]): Failure[] => {
  const choices: Record<string, (number | string)[]> = {}
  for (const [name, schema] of Object.entries(values.entries as Record<string, { type: string; options?: string[] }>))
    choices[name] = schema.options ?? [Object.keys(choices).length + 7]
  const longest = Math.max(1, ...Object.values(choices).map((options) => options.length))
  return Array.from({ length: longest }, (_, i) => {
    const chosen = Object.entries(choices).map(([name, options]) => [name, options[i % options.length]])
    return new Failure(reason as Reason, Object.fromEntries(chosen) as never)
  })
})

test('the Chinese of each reason is Chinese, and each sentence holds the words and no leftovers of a program', () => {
  expect(failures.length).toBeGreaterThan(200)
  for (const failure of failures) {
    const [english, chinese] = [localize(failure, inEnglish), localize(failure, inChinese)]
    expect([failure.reason, english]).toEqual([failure.reason, expect.stringMatching(/^[\x20-\x7e]+$/)])
    // Two English words in a row are no Chinese sentence; names of parameters and formats are single words.
    expect([failure.reason, chinese]).toEqual([failure.reason, expect.not.stringMatching(/[a-z] [a-z]/)])
    expect([failure.reason, chinese]).toEqual([failure.reason, expect.stringMatching(/\p{Script=Han}/u)])
    for (const text of [english, chinese]) expect(text).not.toMatch(/undefined|null|NaN|\[object|\$\{/)
  }
})

test('names and numbers of a failure are in its sentence', () => {
  const sentences = (failure: Failure) => [localize(failure, inEnglish), localize(failure, inChinese)]
  expect(sentences(new Failure('TEXT_TOO_LONG', { field: 'title', max: 255 }))).toEqual([
    'title must have at most 255 characters',
    '标题最多 255 个字符',
  ])
  const range = { min: 1, max: 2147483647 }
  expect(sentences(new Failure('NOT_WHOLE_NUMBER', { field: 'video_id', ...range }))).toEqual([
    'video_id must be a whole number from 1 to 2147483647',
    'video_id 必须是 1 到 2147483647 的整数',
  ])
  expect(sentences(new Failure('VIDEO_EXCEEDS', { value: 700, unit: 'seconds', max: 600 }))).toEqual([
    'this video has 700 seconds, more than the 600 allowed',
    '视频有 700 秒，超过了 600 的限制',
  ])
  expect(sentences(new Failure('VIDEO_EXCEEDS', { value: 240, unit: 'framesPerSecond', max: 120 }))).toEqual([
    'this video has 240 frames per second, more than the 120 allowed',
    '视频有 240 帧每秒，超过了 120 的限制',
  ])
  expect(sentences(new Failure('ACTION_TYPE_NOT_1_OR_2'))).toEqual([
    'action_type must be 1 or 2',
    'action_type 必须是 1 或 2',
  ])
})

test('a failure of a bug or of an unknown reason has a sentence that says no more than its status', () => {
  expect([en.INTERNAL({}), zh.INTERNAL({})]).toEqual(['internal error', '服务器出错了'])
  expect([en.NOT_FOUND({}), zh.NOT_FOUND({})]).toEqual(['this was not found', '没有找到'])
})

test('a sentence is in the preferred language, and in both languages without a preference', () => {
  const sentenceFor = (language?: string) =>
    localize(
      new Failure('SIGN_IN_REQUIRED'),
      new Request('http://localhost', language ? { headers: { 'accept-language': language } } : {}),
    )
  for (const preference of ['zh', 'zh-CN,zh;q=0.9,en;q=0.8', 'en;q=0.5, zh-TW;q=0.9', 'en;q=0,ZH'])
    expect(sentenceFor(preference)).toBe('请先登录')
  for (const preference of ['en', 'en-US,en;q=0.9,zh;q=0.8', 'fr, en;q=0.3'])
    expect(sentenceFor(preference)).toBe('please sign in')
  for (const preference of [undefined, '*', 'fr', 'zhx', ',;q='])
    expect(sentenceFor(preference)).toBe('请先登录（please sign in）')
})
