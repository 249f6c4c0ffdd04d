// Checks a file by its bytes alone. The name and the type that the client sends are never used.
import { type FileHandle, open } from 'node:fs/promises'
import type { Unit } from '@douyin/proto'
import { CustomSource, Input, type InputVideoTrack, Logging, LogLevel, MP4, QTFF, WEBM } from 'mediabunny'
import type { MediaLimits } from '../media-limits.ts'
import { readAt } from '../store/read-at.ts'
import { maxIndexBytes } from './boxes.ts'
import { InvalidVideo } from './invalid-video.ts'
import { readMovie, type Timing } from './movie.ts'

export type Container = 'mp4' | 'mov' | 'webm'

/** A video within the limits. Width and height are in pixels as displayed, after rotation. */
export interface Clip {
  container: Container
  /** The codec of the picture; null if the demuxer does not know it. */
  codec: string | null
  /** The codec of the first sound track; undefined without sound. */
  sound: string | null | undefined
  fragmented: boolean
  width: number
  height: number
  durationSeconds: number
  /** The average; 0 for a single frame. */
  fps: number
  tracks: number
}

const maxRepeatedReads = 100

// Messages about the bytes of an upload do not belong in our log.
Logging.level = LogLevel.Silent

/** Describes the video at `path`. Throws invalid with the reason for any other file and for a video beyond a limit. */
export async function probe(path: string, limits: MediaLimits): Promise<Clip> {
  const file = await open(path, 'r')
  const bytes = (await file.stat()).size
  const input = new Input({ formats: [MP4, QTFF, WEBM], source: sourceOf(file, bytes) })
  try {
    return await examine(input, file, bytes, limits)
  } catch (error) {
    // The demuxer throws errors of any kind for damaged files.
    throw error instanceof InvalidVideo ? error : new InvalidVideo('VIDEO_DAMAGED')
  } finally {
    input.dispose()
    await file.close()
  }
}

async function examine(input: Input, file: FileHandle, bytes: number, limits: MediaLimits): Promise<Clip> {
  if (bytes === 0) throw new InvalidVideo('FILE_EMPTY')
  if (bytes > limits.maxBytes) throw new InvalidVideo('FILE_TOO_LARGE', { bytes, max: limits.maxBytes })
  if (!(await input.canRead())) throw new InvalidVideo('NOT_A_VIDEO')
  const format = await input.getFormat()
  const container = format === WEBM ? 'webm' : format === QTFF ? 'mov' : 'mp4'
  const movie = container === 'webm' ? undefined : await readMovie(file, bytes)
  atMost(movie?.tracks ?? 0, limits.maxTracks, 'tracks')

  const all = await input.getTracks()
  atMost(all.length, limits.maxTracks, 'tracks')
  const videos = all.filter((track) => track.isVideoTrack())
  const [first] = videos
  if (!first) throw new InvalidVideo('VIDEO_WITHOUT_PICTURE')
  for (const video of videos) await checkSides(video, limits.maxSide)

  const timings = movie?.timings ?? (await Promise.all(videos.map(timingOf)))
  if (!timings[0]) throw new InvalidVideo('VIDEO_DAMAGED')
  for (const { frames, seconds } of timings) checkTiming(frames, seconds, limits)
  const longest = timings.reduce((longer, timing) => (timing.seconds > longer.seconds ? timing : longer), timings[0])
  return {
    container,
    codec: await first.getCodec(),
    sound: await all.find((track) => track.isAudioTrack())?.getCodec(),
    fragmented: movie !== undefined && !movie.timings,
    width: await first.getDisplayWidth(),
    height: await first.getDisplayHeight(),
    durationSeconds: longest.seconds,
    fps: fpsOf(longest.frames, longest.seconds),
    tracks: movie?.tracks ?? all.length,
  }
}

async function checkSides(video: InputVideoTrack, maxSide: number) {
  const [width, height] = [await video.getCodedWidth(), await video.getCodedHeight()]
  if (!(width > 0 && height > 0)) throw new InvalidVideo('VIDEO_WITHOUT_SIZE')
  atMost(Math.max(width, height), maxSide, 'pixels')
}

function checkTiming(frames: number, seconds: number, limits: MediaLimits) {
  if (frames === 0) throw new InvalidVideo('VIDEO_WITHOUT_FRAMES')
  if (!Number.isFinite(frames) || !Number.isFinite(seconds) || seconds < 0) throw new InvalidVideo('VIDEO_DAMAGED')
  if (seconds === 0 && frames > 1) throw new InvalidVideo('VIDEO_DAMAGED')
  atMost(seconds, limits.maxSeconds, 'seconds')
  atMost(fpsOf(frames, seconds), limits.maxFps, 'framesPerSecond')
}

/** For containers without a table of frames: reads the frame rate from the start and the duration from the end. */
async function timingOf(video: InputVideoTrack): Promise<Timing> {
  const { probedPacketCount, averageFrameRate } = await video.computeFrameRateMetrics()
  const seconds = await video.computeDuration()
  return { frames: probedPacketCount < 2 ? probedPacketCount : averageFrameRate * seconds, seconds }
}

/** Allows half a unit above the limit, since a frame rate is only as exact as the length of the last frame. */
function atMost(value: number, max: number, unit: Unit) {
  if (value > max + 0.5) throw new InvalidVideo('VIDEO_EXCEEDS', { value: Math.round(value), unit, max })
}

const fpsOf = (frames: number, seconds: number) => (frames < 2 ? 0 : frames / seconds)

/**
 * Reads without a cache, and counts repeated reads: after a WebM segment that ends too early, mediabunny 1.61 searches
 * in a circle.
 */
function sourceOf(file: FileHandle, bytes: number) {
  let lastStart = -1
  let repeats = 0
  return new CustomSource({
    getSize: () => bytes,
    read: (start, end) => {
      if (end - start > 2 * maxIndexBytes) throw new InvalidVideo('VIDEO_PART_TOO_LARGE')
      repeats = start === lastStart ? repeats + 1 : 0
      lastStart = start
      if (repeats > maxRepeatedReads) throw new InvalidVideo('VIDEO_DAMAGED')
      return readAt(file, start, end - start)
    },
    maxCacheSize: 0,
    prefetchProfile: 'none',
    // For reads that are in flight when time is up.
    handleUnhandledError: () => {},
  })
}
