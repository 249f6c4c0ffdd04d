import { toChinese } from './zh.ts'

/**
 * The message of a failure in English or Chinese, whichever Accept-Language (RFC 9110, 12.5.4) prefers. Without a
 * preference it is in both: the camp's app sends no such header and shows the message to people in China.
 */
export function localize(sentence: string, request: Request): string {
  const preferred = preferredLanguage(request.headers.get('accept-language') ?? '')
  const chinese = preferred === 'en' ? undefined : toChinese(sentence)
  if (!chinese) return sentence
  return preferred === 'zh' ? chinese : `${chinese}（${sentence}）`
}

function preferredLanguage(header: string): 'zh' | 'en' | undefined {
  const [best] = header
    .split(',', maxTags)
    .flatMap((part) => {
      const [, language, weight = '1'] = /^\s*(zh|en)(?:-[\w-]*)?\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(part) ?? []
      return language && Number(weight) > 0 ? [{ language: language.toLowerCase(), weight: Number(weight) }] : []
    })
    .toSorted((a, b) => b.weight - a.weight)
  return best?.language as 'zh' | 'en' | undefined
}

const maxTags = 20
