import { toChinese } from './zh.ts'

/**
 * A failure's sentence for who asked: in the language that Accept-Language (RFC 9110, 12.5.4) likes better of ours, and in
 * both where it likes neither: the camp's app sends none and shows it to people in China.
 */
export function localize(sentence: string, request: Request): string {
  const wish = preferredLanguage(request.headers.get('accept-language') ?? '')
  const chinese = wish === 'en' ? undefined : toChinese(sentence)
  if (!chinese) return sentence
  return wish === 'zh' ? chinese : `${chinese}（${sentence}）`
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
