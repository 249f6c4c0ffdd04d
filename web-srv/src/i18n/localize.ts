import type { Reason, Values } from '@douyin/proto'
import type { Catalogue } from './catalogue.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

/** A failure, or the part of it that the sentence needs. */
interface Explained<R extends Reason> {
  reason: R
  values: Values<R>
}

/**
 * The sentence of a failure in English or Chinese, whichever Accept-Language (RFC 9110, 12.5.4) prefers. Without a
 * preference it is in both: the camp's app sends no such header and shows the sentence to people in China.
 */
export function localize<R extends Reason>(failure: Explained<R>, request: Request): string {
  const preferred = preferredLanguage(request.headers.get('accept-language') ?? '')
  const inLanguage = (catalogue: Catalogue) => catalogue[failure.reason](failure.values)
  return preferred ? inLanguage({ en, zh }[preferred]) : `${inLanguage(zh)}（${inLanguage(en)}）`
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
