import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gate } from '@douyin/process'
import { unavailable } from '@douyin/proto'
import type { MediaLimits } from '../media-limits.ts'
import { decode, type Ffmpeg, type Run, undecodable } from './ffmpeg.ts'
import type { Container } from './probe.ts'

export interface Video {
  path: string
  container: Container
  /** The moment whose frame is wanted, from the start; without it one is chosen that shows something. */
  coverMs?: number | undefined
}

/**
 * Draws the cover of a video as a JPEG, 720 pixels wide at most, in the empty folder `directory`; gives its path.
 * Undefined if time ran out or there is no ffmpeg; invalid if the picture cannot be decoded; unavailable if too many
 * are waiting.
 */
export type DrawCover = (video: Video, directory: string) => Promise<string | undefined>

/** A cover takes a fifth of a second: the last of so many waits for half a minute. */
const maxWaiting = 256

export function coverDrawer(
  ffmpeg: Ffmpeg | undefined,
  limits: Pick<MediaLimits, 'coverSeconds' | 'coverWorkers' | 'maxSide' | 'maxSeconds'>,
): DrawCover {
  const inTurn = gate({
    name: 'covers',
    concurrency: limits.coverWorkers,
    full: { waiting: maxWaiting, error: () => unavailable('too many videos are being handled now, try again later') },
  })
  return async (video, directory) => {
    if (!ffmpeg) return undefined
    return inTurn(async () => {
      const run = { ffmpeg, video, directory, maxSide: limits.maxSide }
      const within = (ms: number) => ({ ...run, signal: AbortSignal.timeout(ms) })
      const whole = within(limits.coverSeconds * 1000)
      if (video.coverMs === undefined) return draw(whole)
      const seconds = Math.min(video.coverMs / 1000, limits.maxSeconds)
      return (await drawWanted(within(limits.coverSeconds * 500), seconds)) ?? draw(whole)
    })
  }
}

/** The last frame that began by then, which is what a player stopped there shows; behind the end the very last. */
async function drawWanted(run: Run, seconds: number): Promise<string | undefined> {
  // All frames up to the point sought fall into one slot of a million seconds, and of a slot the last is drawn. A video
  // that begins later fills it with its first.
  const lastBefore = 'fps=fps=1/1000000:round=down:start_time=-1000000:eof_action=pass,'
  // Where it cannot be decoded, or not in time, the usual choice may be.
  const drawn = await decode({ ...run, fromSeconds: seconds }, frameTo('wanted.jpg', lastBefore), 0).catch(
    () => undefined,
  )
  const path = join(run.directory, 'wanted.jpg')
  return drawn && (await exists(path)) ? path : undefined
}

async function draw(run: Run): Promise<string | undefined> {
  const path = join(run.directory, 'cover.jpg')
  const glimpse = await decode(run, [...frameTo('cover.jpg'), ...glimpses(1, '')], glimpseBytes)
  if (!glimpse) return undefined
  if (glimpse.length < glimpseBytes || !(await exists(path))) throw undecodable()
  return brightness(glimpse) > darkAtMost ? path : ((await drawBetter(run)) ?? path)
}

/** A later frame, if one of the first seconds shows more than the first; the first is good enough if this fails. */
async function drawBetter(run: Run): Promise<string | undefined> {
  const early = `fps=${scansPerSecond}`
  const found = await decode(run, glimpses(scans, `${early},`), scans * glimpseBytes).catch(() => undefined)
  if (!found) return undefined
  const index = best(Array.from({ length: Math.floor(found.length / glimpseBytes) }, (_, i) => nth(found, i)))
  if (index === 0) return undefined
  // Counted by the same filter instead of seeking, which could land on the frame before.
  const drawn = await decode(run, frameTo('better.jpg', `${early},select=eq(n\\,${index}),`), 0).catch(() => undefined)
  const path = join(run.directory, 'better.jpg')
  return drawn && (await exists(path)) ? path : undefined
}

const scansPerSecond = 2
const scans = 10
/** A frame as 16 × 16 pixels of gray is enough to tell whether there is something to see. */
const glimpseBytes = 16 * 16
const darkAtMost = 24
const brightEnough = 48
const variedEnough = 12

function best(frames: Uint8Array[]) {
  const good = frames.findIndex((frame) => brightness(frame) >= brightEnough && contrast(frame) >= variedEnough)
  if (good >= 0) return good
  const levels = frames.map(brightness)
  return Math.max(0, levels.indexOf(Math.max(...levels)))
}

const nth = (frames: Uint8Array, index: number) => frames.subarray(index * glimpseBytes, (index + 1) * glimpseBytes)
const brightness = (frame: Uint8Array) => frame.reduce((sum, level) => sum + level, 0) / frame.length
const contrast = (frame: Uint8Array) => {
  const middle = brightness(frame)
  return Math.sqrt(frame.reduce((sum, level) => sum + (level - middle) ** 2, 0) / frame.length)
}

const glimpses = (count: number, before: string) => [
  ...['-map', '0:v:0', '-frames:v', `${count}`, '-vf', `${before}scale=16:16:flags=area,format=gray`],
  ...['-f', 'rawvideo', 'pipe:1'],
]

/** Square pixels, even sides, upright; a strip of any shape stays within what a JPEG can hold. */
const fit = [
  'scale=w=2*ceil(min(720\\,max(1\\,ih*dar))/2)',
  'h=2*max(1\\,round(min(4096\\,ow/dar)/2)),setsar=1,format=yuvj420p',
].join(':')

const frameTo = (name: string, before = '') => [
  ...['-map', '0:v:0', '-frames:v', '1', '-vf', `${before}${fit}`, '-q:v', '3', '-f', 'mjpeg', `file:${name}`],
]

const exists = (path: string) =>
  stat(path).then(
    (found) => found.size > 0,
    () => false,
  )
