import { get } from '../api.ts'
import { words } from '../language.ts'
import type { Limits } from '../types.ts'

/** The limits of the server; empty if it does not answer. */
export const loadLimits = () => get<Limits>('/limits/').catch((): Limits => ({}))

/** A size with one decimal below 10 MB. */
export function dataSize(bytes: number): string {
  const [value, unit] = bytes < 1 << 20 ? [bytes / (1 << 10), 'kB'] : [bytes / (1 << 20), 'MB']
  return `${unit === 'kB' ? Math.max(1, Math.round(value)) : Number(value.toFixed(value < 10 ? 1 : 0))} ${unit}`
}

/** A duration in words, rounded up. */
export function duration(seconds: number): string {
  const text = words.value
  return seconds <= 90 ? text.seconds(Math.max(1, Math.ceil(seconds))) : text.minutes(Math.ceil(seconds / 60))
}

export const megabytes = (bytes: number) => `${Math.max(1, Math.round(bytes / (1 << 20)))} MB`
const minutes = (seconds: number) => String(Math.round((seconds / 60) * 10) / 10)

/** The limits as short phrases. */
export function limitPhrases({ video_bytes, video_seconds, video_side }: Limits): string[] {
  const text = words.value
  return [
    text.limitFormats,
    ...(video_bytes ? [text.limitSize(megabytes(video_bytes))] : []),
    ...(video_seconds ? [text.limitTime(minutes(video_seconds))] : []),
    ...(video_side ? [text.limitSide(video_side)] : []),
  ]
}

/** Why the server would reject a file, as far as this can be checked before the upload; empty if it would not. */
export function fileProblem(file: File, { video_bytes }: Limits): string {
  const text = words.value
  if (file.type && !file.type.startsWith('video/')) return text.notVideo
  if (video_bytes && file.size > video_bytes) return text.tooLarge(megabytes(file.size), megabytes(video_bytes))
  return ''
}

export function lengthProblem(seconds: number, { video_seconds }: Limits): string {
  return video_seconds && seconds > video_seconds ? words.value.tooLong(minutes(video_seconds)) : ''
}
