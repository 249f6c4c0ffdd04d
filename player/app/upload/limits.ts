import { get } from '../api.ts'
import { words } from '../language.ts'
import { storedText } from '../store.ts'
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
export function limitPhrases({ video_bytes, video_seconds, video_side, video_fps }: Limits): string[] {
  const text = words.value
  return [
    text.limitFormats,
    ...(video_bytes ? [text.limitSize(megabytes(video_bytes))] : []),
    ...(video_seconds ? [text.limitTime(minutes(video_seconds))] : []),
    ...(video_side ? [text.limitSide(video_side)] : []),
    ...(video_fps ? [text.limitRate(video_fps)] : []),
  ]
}

/** Why the server would reject a file, as far as this can be checked before the upload; empty if it would not. */
export function fileProblem(file: File, { video_bytes }: Limits): string {
  const text = words.value
  if (file.type && !file.type.startsWith('video/')) return text.notVideo
  if (video_bytes && file.size > video_bytes) return text.tooLarge(megabytes(file.size), megabytes(video_bytes))
  return ''
}

/** Facts about a chosen file before it is sent. 0 or undefined: unknown. */
export interface FilmFacts {
  seconds: number
  width: number
  height: number
  fps?: number | undefined
}

/** As the server, since a frame rate is only as exact as the length of the last frame. */
const tolerance = 0.5

/** Why the server would reject a video; empty if it would not. */
export function filmProblem({ seconds, width, height, fps = 0 }: FilmFacts, limits: Limits): string {
  const text = words.value
  const { video_seconds, video_side, video_fps } = limits
  const exceeds = (value: number, limit: number | undefined): limit is number => !!limit && value > limit + tolerance
  if (exceeds(seconds, video_seconds)) return text.tooLong(minutes(video_seconds))
  if (exceeds(Math.max(width, height), video_side)) return text.tooManyPixels(`${width} × ${height}`, video_side)
  if (exceeds(fps, video_fps)) return text.tooManyFrames(Math.round(fps), video_fps)
  return ''
}

/** The speed of the last upload in bytes per second, saved in the browser. */
export const uploadSpeed = storedText('douyin.upload-speed', '')
const assumedSpeed = 5_000_000 / 8

/** How large a file is and how long it will take. */
export function sendingTime(bytes: number): string {
  const text = words.value
  const measured = Number(uploadSpeed.value)
  const speed = measured > 0 ? measured : assumedSpeed
  const time = duration(bytes / speed)
  return text.sendingTime(dataSize(bytes), time, measured > 0 ? text.lastSpeed(dataSize(speed)) : text.assumedSpeed)
}
