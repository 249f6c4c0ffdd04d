// Checks a file by its bytes alone. The name and the type that the client sends are never used.
import { type FileHandle, open } from 'node:fs/promises'
import { Failure, invalid } from '@douyin/proto'
import { CustomSource, Input, type InputVideoTrack, Logging, LogLevel, MP4, QTFF, WEBM } from 'mediabunny'
import type { MediaLimits } from '../media-limits.ts'
import { readAt } from '../store/disk.ts'
import { maxIndexBytes } from './boxes.ts'
import { damaged, readMovie, type Timing } from './movie.ts'

export type Container = 'mp4' | 'mov' | 'webm'

/** A video within the limits. Width and height are in pixels as displayed, after rotation. */
export interface Clip {
  container: Container
  codec: string | null
  width: number
  height: number
  durationSeconds: number
  /** The average; 0 for a single frame. */
  fps: number
  tracks: number
}

const probeSeconds = 10
const maxRepeatedReads = 100

// Messages about the bytes of an upload do not belong in our log.
Logging.level = LogLevel.Silent

/** Describes the video at `path`. Throws invalid with the reason for any other file and for a video beyond a limit. */
export async function probe(path: string, limits: MediaLimits): Promise<Clip> {
  const file = await open(path, 'r')
  const bytes = (await file.stat()).size
  const input = new Input({ formats: [MP4, QTFF, WEBM], source: sourceOf(file, bytes) })
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(invalid('this video takes too long to examine')), probeSeconds * 1000)
  try {
    return await Promise.race([examine(input, file, bytes, limits), timeout.promise])
  } catch (error) {
    // The demuxer throws errors of any kind for damaged files.
    throw error instanceof Failure ? error : damaged()
  } finally {
    clearTimeout(timer)
    input.dispose()
    await file.close()
  }
}

async function examine(input: Input, file: FileHandle, bytes: number, limits: MediaLimits): Promise<Clip> {
  if (bytes === 0) throw invalid('the file is empty')
  if (bytes > limits.maxBytes) throw invalid(`the file has ${bytes} bytes, more than the ${limits.maxBytes} allowed`)
  if (!(await input.canRead())) throw invalid('this is not an MP4, MOV or WebM video')
  const format = await input.getFormat()
  const container = format === WEBM ? 'webm' : format === QTFF ? 'mov' : 'mp4'
  const movie = container === 'webm' ? undefined : await readMovie(file, bytes)
  atMost(movie?.tracks ?? 0, limits.maxTracks, 'tracks')

  const all = await input.getTracks()
  atMost(all.length, limits.maxTracks, 'tracks')
  const videos = all.filter((track) => track.isVideoTrack())
  const [first] = videos
  if (!first) throw invalid('there is no picture in this file')
  for (const video of videos) await checkSides(video, limits.maxSide)

  const timings = movie?.timings ?? (await Promise.all(videos.map(timingOf)))
  if (!timings[0]) throw damaged()
  for (const { frames, seconds } of timings) checkTiming(frames, seconds, limits)
  const longest = timings.reduce((longer, timing) => (timing.seconds > longer.seconds ? timing : longer), timings[0])
  return {
    container,
    codec: await first.getCodec(),
    width: await first.getDisplayWidth(),
    height: await first.getDisplayHeight(),
    durationSeconds: longest.seconds,
    fps: fpsOf(longest.frames, longest.seconds),
    tracks: movie?.tracks ?? all.length,
  }
}

async function checkSides(video: InputVideoTrack, maxSide: number) {
  const [width, height] = [await video.getCodedWidth(), await video.getCodedHeight()]
  if (!(width > 0 && height > 0)) throw invalid('the picture of this video has no size')
  atMost(Math.max(width, height), maxSide, 'pixels on its longer side')
}

function checkTiming(frames: number, seconds: number, limits: MediaLimits) {
  if (frames === 0) throw invalid('this video has no frames')
  if (!Number.isFinite(frames) || !Number.isFinite(seconds) || seconds < 0) throw damaged()
  if (seconds === 0 && frames > 1) throw damaged()
  atMost(seconds, limits.maxSeconds, 'seconds')
  atMost(fpsOf(frames, seconds), limits.maxFps, 'frames per second')
}

/** For containers without a table of frames: reads the frame rate from the start and the duration from the end. */
async function timingOf(video: InputVideoTrack): Promise<Timing> {
  const { probedPacketCount, averageFrameRate } = await video.computeFrameRateMetrics()
  const seconds = await video.computeDuration()
  return { frames: probedPacketCount < 2 ? probedPacketCount : averageFrameRate * seconds, seconds }
}

/** Allows half a unit above the limit, since a frame rate is only as exact as the length of the last frame. */
function atMost(value: number, limit: number, what: string) {
  if (value > limit + 0.5) throw invalid(`this video has ${Math.round(value)} ${what}, more than the ${limit} allowed`)
}

const fpsOf = (frames: number, seconds: number) => (frames < 2 ? 0 : frames / seconds)

/**
 * Reads without a cache. If the demuxer searches in a circle, as mediabunny 1.61 does after a WebM segment that ends
 * too early, reads from a cache would never yield to the event loop and no timer would ever end the search.
 */
function sourceOf(file: FileHandle, bytes: number) {
  let lastStart = -1
  let repeats = 0
  return new CustomSource({
    getSize: () => bytes,
    read: (start, end) => {
      if (end - start > 2 * maxIndexBytes) throw invalid('a part of this video is too large to be examined')
      repeats = start === lastStart ? repeats + 1 : 0
      lastStart = start
      if (repeats > maxRepeatedReads) throw damaged()
      return readAt(file, start, end - start)
    },
    maxCacheSize: 0,
    prefetchProfile: 'none',
    // For reads that are in flight when time is up.
    handleUnhandledError: () => {},
  })
}
