import { resolve } from 'node:path'
import { invalid, unavailable } from '@douyin/proto'
import { diskFull } from '../store/disk.ts'
import type { Container } from './probe.ts'

/** What to run: the program with what comes before its own arguments. */
export type Ffmpeg = string[]

/** Finds ffmpeg: at `path`, or in PATH if undefined. Undefined if there is none, or `path` is empty or `none`. */
export function findFfmpeg(path: string | undefined): Ffmpeg | undefined {
  if (path === '' || path === 'none') return undefined
  const found = Bun.which(path ?? 'ffmpeg')
  if (!found) return undefined
  // A few bytes can claim gigabytes of picture; the limits on memory and output hold where the probe was deceived.
  const prlimit = Bun.which('prlimit')
  const fence = prlimit ? [prlimit, `--as=${1536 * 1024 * 1024}`, '--core=0', `--fsize=${64 * 1024 * 1024}`] : []
  return [...fence, found]
}

export interface Run {
  ffmpeg: Ffmpeg
  video: { path: string; container: Container }
  /** An empty folder for the outputs. */
  directory: string
  maxSide: number
  /** Where to seek to: decoding begins at the key frame before, and frames up to this point get negative times. */
  fromSeconds?: number
  signal: AbortSignal
}

/**
 * Runs ffmpeg on the video; gives what it wrote to standard output, of `maxOutputBytes` at most, or undefined if it was
 * killed because time ran out.
 * Invalid if it cannot decode the picture.
 */
export async function decode(run: Run, outputs: string[], maxOutputBytes: number): Promise<Uint8Array | undefined> {
  if (run.signal.aborted) return undefined
  const child = Bun.spawn([...run.ffmpeg, ...inputArguments(run), ...outputs], {
    cwd: run.directory,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  run.signal.addEventListener('abort', kill, { once: true })
  try {
    const [output, complaint] = await Promise.all([
      firstBytes(child.stdout, maxOutputBytes),
      firstBytes(child.stderr, 8192),
      child.exited,
    ])
    if (child.exitCode === 0) return output
    if (run.signal.aborted) return undefined
    const words = new TextDecoder().decode(complaint)
    if (words.includes('No space left on device')) throw diskFull()
    if (words.includes('Resource temporarily unavailable')) throw unavailable('the server cannot draw covers now')
    throw undecodable()
  } finally {
    run.signal.removeEventListener('abort', kill)
  }
}

export const undecodable = () => invalid('the picture of this video cannot be decoded')

/** The demuxer is pinned and only files are read: a playlist that calls itself a video would name other files. */
function inputArguments({ video, maxSide, fromSeconds }: Run) {
  const demuxer = video.container === 'webm' ? 'matroska' : 'mov'
  // What comes before the point is the caller's to leave out: ffmpeg would need one more filter for that.
  const point = (seconds: number) => ['-noaccurate_seek', '-ss', seconds.toFixed(3), '-itsoffset', '-0.001']
  const seeking = fromSeconds === undefined ? [] : point(fromSeconds)
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-threads', '1', '-max_pixels', String(maxSide * maxSide)],
    ...[...seeking, '-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${resolve(video.path)}`],
  ]
}

/** Reads to the end, as a full pipe would stop the writer, but keeps only the start. */
async function firstBytes(stream: ReadableStream<Uint8Array>, count: number) {
  const kept = new Uint8Array(count)
  let length = 0
  for await (const bytes of stream) {
    const some = bytes.subarray(0, count - length)
    kept.set(some, length)
    length += some.length
  }
  return kept.subarray(0, length)
}
