import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { localize } from './localize.ts'
import { names, toChinese } from './zh.ts'

const root = join(import.meta.dir, '..', '..', '..')

async function* sources(): AsyncGenerator<string> {
  for await (const path of new Bun.Glob('{user-srv,feed-srv,web-srv,proto}/**/*.ts').scan({ cwd: root })) {
    if (/\.test\.ts|fixture|\.gen\.ts|node_modules|player|config|zh\.ts/.test(path)) continue
    yield await Bun.file(join(root, path)).text()
  }
}

/** The messages of all failures in the sources, with 7 for each value. */
async function sentences(): Promise<string[]> {
  const makers =
    'invalid|notFound|taken|forbidden|unauthenticated|tooMuch|unavailable|localize|super|regex|const message'
  const failurePattern = new RegExp(`\\b(?:${makers})(?:\\(| = )(?:[\\w.]+, |/.+/, )?(?:'([^']+)'|\`([^\`]+)\`)`, 'g')
  const found: string[] = []
  for await (const text of sources()) {
    found.push(
      ...[...text.matchAll(failurePattern)].map(([, plain, filled]) => plain ?? filled!.replace(/\$\{[^}]*\}/g, '7')),
    )
  }
  return found
}

/** The words that failures insert into a message: names of parameters and units. */
async function words(): Promise<Set<string>> {
  const makers = 'checkText|checkLength|checkId|atMost|TooLarge|required|idempotencyKey|idParameter|id|password'
  // The last argument of atMost, the first of the others. Columns of tables are not such words.
  const wordPattern = new RegExp(`^(?!.*mysqlTable).*\\b(?:${makers})\\((?:'([^']+)'|.*, '([^']+)'\\)$)`, 'gm')
  const found: string[] = []
  for await (const text of sources()) {
    if (text.includes('drizzle-orm/mysql-core')) continue
    found.push(...[...text.matchAll(wordPattern)].map(([, first, last]) => first ?? last!))
  }
  return new Set(found)
}

test('each message of a failure has a Chinese translation', async () => {
  const found = await sentences()
  expect(found).toContain('please sign in')
  expect(found).toContain('7 must have at most 7 characters')
  expect(found.length).toBeGreaterThan(60)
  expect(found.filter((sentence) => !/\p{Script=Han}/u.test(toChinese(sentence) ?? ''))).toEqual([])
})

test('exactly the words in messages have a Chinese translation, except those that only programs send', async () => {
  const found = await words()
  expect([...found]).toEqual(expect.arrayContaining(['frames per second', 'video', 'title', 'to_user_id']))
  const isForPrograms = (word: string) => /^[a-z]+(?:_[a-z]+|[A-Z][a-z]+)+$/.test(word)
  expect([...found].filter((word) => !(word in names) && !isForPrograms(word))).toEqual([])
  expect(Object.keys(names).filter((word) => !found.has(word))).toEqual([])
  for (const word of found) expect(toChinese(`${word} must have at most 7 characters`)).not.toMatch(/[a-z] [a-z]/)
})

test('names and numbers of a message are in its translation', () => {
  expect(toChinese('title must have at most 255 characters')).toBe('标题最多 255 个字符')
  expect(toChinese('video_id must be a whole number from 1 to 2147483647')).toBe(
    'video_id 必须是 1 到 2147483647 的整数',
  )
  expect(toChinese('this video has 700 seconds, more than the 600 allowed')).toBe('视频有 700 秒，超过了 600 的限制')
  expect(toChinese('this video has 240 frames per second, more than the 120 allowed')).toBe(
    '视频有 240 帧每秒，超过了 120 的限制',
  )
  expect(toChinese('action_type must be 1 or 2')).toBe('action_type 必须是 1 或 2')
})

test('a message is in the preferred language, and in both languages without a preference', () => {
  const messageFor = (language?: string) =>
    localize(
      'please sign in',
      new Request('http://localhost', language ? { headers: { 'accept-language': language } } : {}),
    )
  for (const preference of ['zh', 'zh-CN,zh;q=0.9,en;q=0.8', 'en;q=0.5, zh-TW;q=0.9', 'en;q=0,ZH'])
    expect(messageFor(preference)).toBe('请先登录')
  for (const preference of ['en', 'en-US,en;q=0.9,zh;q=0.8', 'fr, en;q=0.3'])
    expect(messageFor(preference)).toBe('please sign in')
  for (const preference of [undefined, '*', 'fr', 'zhx', ',;q='])
    expect(messageFor(preference)).toBe('请先登录（please sign in）')
})
