import { en } from './english.ts'
import { type Store, store, storedText } from './store.ts'
import { zh } from './zh.ts'

export type Language = 'zh' | 'en'
export type Words = typeof en

const chosen = storedText('douyin.language', '')

/** The chosen language, otherwise that of the browser. */
export const language = (): Language =>
  chosen.value === 'zh' || chosen.value === 'en' ? chosen.value : navigator.language.startsWith('zh') ? 'zh' : 'en'

export const words: Store<Words> = store<Words>(language() === 'zh' ? zh : en)

export function chooseLanguage(next: Language): void {
  chosen.set(next)
}

export function startLanguage(): void {
  const apply = () => {
    document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en'
    words.set(language() === 'zh' ? zh : en)
  }
  chosen.subscribe(apply)
  apply()
}

/** A count in short form: 1.2万 or 12K. */
export function compact(count: number): string {
  return count < 1000 ? String(count) : compactFormats[language()]().format(count)
}

// A formatter takes milliseconds to create, and a slide shows several numbers.
const compactFormats = { zh: compactFormat('zh'), en: compactFormat('en') }

function compactFormat(locale: Language): () => Intl.NumberFormat {
  let format: Intl.NumberFormat | undefined
  return () => (format ??= new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }))
}

/** The time of day for today, the date for other days. */
export function shortTime(ms: number): string {
  const isToday = new Date(ms).toDateString() === new Date().toDateString()
  const style: Intl.DateTimeFormatOptions = isToday
    ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
    : { month: 'short', day: 'numeric' }
  return new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en', style).format(ms)
}
