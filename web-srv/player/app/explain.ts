import { Refusal } from './api.ts'
import { language, words } from './language.ts'

/** A sentence about what went wrong, for the person who waits for it. */
export function explain(error: unknown): string {
  const text = words.value
  if (!(error instanceof Refusal)) return text.problems.unknown
  if (error.kind === 'offline') return text.problems.offline
  if (error.kind === 'tooOften') return text.problems.tooOften
  if (error.kind === 'unknownPath') return text.problems.unknownPath
  if (!error.message) return text.problems.unknown
  return language() === 'zh' ? inChinese(error.message) : `${error.message[0]?.toUpperCase()}${error.message.slice(1)}`
}

/** The server speaks English; what is not listed here is shown as it came. */
function inChinese(sentence: string): string {
  for (const [pattern, chinese] of sentences) {
    const found = pattern.exec(sentence)
    if (found) return chinese.replace('$1', found[1] ?? '').replace('$2', found[2] ?? '')
  }
  return sentence
}

const sentences: [RegExp, string][] = [
  [/^please sign in/, '请先登录'],
  [/^wrong user name or password/, '用户名或密码错误'],
  [/is taken|already/, '这个用户名已被使用'],
  [/^password must have at least (\d+)/, '密码至少需要 $1 个字符'],
  [/^password must have at most (\d+)/, '密码最多 $1 个字符'],
  [/^(?:user ?name|name) must have at most (\d+)/, '用户名最多 $1 个字符'],
  [/must have at most (\d+) characters/, '最多 $1 个字符'],
  [/must not be blank/, '内容不能为空'],
  [/^no video/, '这个视频不存在或已被删除'],
  [/^no user/, '没有这个用户'],
  [/has no comment/, '这条评论已被删除'],
  [/^the file has/, '文件太大，超过了限制'],
  [/^the file is empty/, '文件是空的'],
  [/not an MP4, MOV or WebM/, '不是 MP4、MOV 或 WebM 视频'],
  [/^this video has (\d+) (\S+), more than the (\d+)/, '视频的规格超过限制（$1 $2）'],
  [/damaged|cut off|no index|no frames|cannot be decoded/, '视频已损坏，无法读取'],
  [/is not a picture|JPEG, PNG or WebP/, '请使用 JPEG、PNG 或 WebP 图片'],
  [/^a picture may/, '图片太大，超过了限制'],
  [/too (?:often|many)/, '操作太频繁，请稍后再试'],
]
