import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gate } from '@douyin/process'
import { Failure } from '@douyin/proto'
import type { MediaLimits } from '../media-limits.ts'
import { decode, type Ffmpeg, type Run } from './ffmpeg.ts'
import type { Container } from './probe.ts'

export interface Video {
  path: string
  container: Container
  /** The time of the cover frame, from the start. Without it, a frame that shows something is chosen. */
  coverMs?: number | undefined
}

/**
 * Draws the cover of a video as a JPEG, at most 720 pixels wide, in the empty folder `directory`, and returns its path.
 * Undefined if time ran out or there is no ffmpeg. Throws invalid if the picture cannot be decoded, and unavailable if
 * too many videos are waiting.
 */
export type DrawCover = (video: Video, directory: string) => Promise<string | undefined>

/** A cover takes 0.2 s, so the last one in a full queue waits half a minute. */
const maxWaiting = 256

export function coverDrawer(
  ffmpeg: Ffmpeg | undefined,
  limits: Pick<MediaLimits, 'coverSeconds' | 'coverWorkers' | 'maxSide' | 'maxSeconds'>,
): DrawCover {
  const coverQueue = gate({
    name: 'covers',
    concurrency: limits.coverWorkers,
    full: { waiting: maxWaiting, error: () => new Failure('TOO_MANY_WAITING_VIDEOS') },
  })
  return async (video, directory) => {
    if (!ffmpeg) return undefined
    return coverQueue(async () => {
      const run = { ffmpeg, video, directory, maxSide: limits.maxSide }
      const withTimeout = (ms: number) => ({ ...run, signal: AbortSignal.timeout(ms) })
      const fullRun = withTimeout(limits.coverSeconds * 1000)
      if (video.coverMs === undefined) return draw(fullRun)
      const seconds = Math.min(video.coverMs / 1000, limits.maxSeconds)
      return (await drawFrameAt(withTimeout(limits.coverSeconds * 500), seconds)) ?? draw(fullRun)
    })
  }
}

/** Draws the last frame that began by then, as a player that is paused there shows it. Past the end, the very last. */
async function drawFrameAt(run: Run, seconds: number): Promise<string | undefined> {
  // The filter draws the last frame of each slot of a million seconds. All frames up to the seek position are in one
  // slot. If the video begins later, its first frame fills that slot.
  const lastBefore = 'fps=fps=1/1000000:round=down:start_time=-1000000:eof_action=pass,'
  // If this frame cannot be decoded in time, the automatic choice may still work.
  const drawn = await decode({ ...run, fromSeconds: seconds }, frameTo('wanted.jpg', lastBefore), 0).catch(
    () => undefined,
  )
  const path = join(run.directory, 'wanted.jpg')
  return drawn && (await exists(path)) ? path : undefined
}

async function draw(run: Run): Promise<string | undefined> {
  const path = join(run.directory, 'cover.jpg')
  const thumbnail = await decode(run, [...frameTo('cover.jpg'), ...thumbnails(1, '')], thumbnailBytes)
  if (!thumbnail) return undefined
  if (thumbnail.length < thumbnailBytes || !(await exists(path))) throw new Failure('VIDEO_UNDECODABLE')
  return brightness(thumbnail) > maxDarkLevel ? path : ((await drawBetter(run)) ?? path)
}

/** Draws a frame of the first seconds that shows more than the first frame. If this fails, the first is good enough. */
async function drawBetter(run: Run): Promise<string | undefined> {
  const scan = `fps=${scansPerSecond}`
  const bytes = await decode(run, thumbnails(maxScans, `${scan},`), maxScans * thumbnailBytes).catch(() => undefined)
  if (!bytes) return undefined
  const count = Math.floor(bytes.length / thumbnailBytes)
  const index = bestIndex(Array.from({ length: count }, (_, i) => thumbnailAt(bytes, i)))
  if (index === 0) return undefined
  // The same filter counts the frames. A seek could land on the frame before.
  const drawn = await decode(run, frameTo('better.jpg', `${scan},select=eq(n\\,${index}),`), 0).catch(() => undefined)
  const path = join(run.directory, 'better.jpg')
  return drawn && (await exists(path)) ? path : undefined
}

const scansPerSecond = 2
const maxScans = 10
/** 16 × 16 grey pixels of a frame are enough to see whether it shows something. */
const thumbnailBytes = 16 * 16
const maxDarkLevel = 24
const minGoodBrightness = 48
const minGoodContrast = 12

function bestIndex(frames: Uint8Array[]) {
  const good = frames.findIndex((frame) => brightness(frame) >= minGoodBrightness && contrast(frame) >= minGoodContrast)
  if (good >= 0) return good
  const levels = frames.map(brightness)
  return Math.max(0, levels.indexOf(Math.max(...levels)))
}

const thumbnailAt = (bytes: Uint8Array, index: number) =>
  bytes.subarray(index * thumbnailBytes, (index + 1) * thumbnailBytes)
const brightness = (frame: Uint8Array) => frame.reduce((sum, level) => sum + level, 0) / frame.length
const contrast = (frame: Uint8Array) => {
  const mean = brightness(frame)
  return Math.sqrt(frame.reduce((sum, level) => sum + (level - mean) ** 2, 0) / frame.length)
}

const thumbnails = (count: number, before: string) => [
  ...['-map', '0:v:0', '-frames:v', `${count}`, '-vf', `${before}scale=16:16:flags=area,format=gray`],
  ...['-f', 'rawvideo', 'pipe:1'],
]

/** Square pixels, even sides, upright. A strip of any shape stays within the limits of a JPEG. */
const fit = [
  'scale=w=2*ceil(min(720\\,max(1\\,ih*dar))/2)',
  'h=2*max(1\\,round(min(4096\\,ow/dar)/2)),setsar=1,format=yuvj420p',
].join(':')

const frameTo = (name: string, before = '') => [
  ...['-map', '0:v:0', '-frames:v', '1', '-vf', `${before}${fit}`, '-q:v', '3', '-f', 'mjpeg', `file:${name}`],
]

const exists = (path: string) =>
  stat(path).then(
    (stats) => stats.size > 0,
    () => false,
  )
