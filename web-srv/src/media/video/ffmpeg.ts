import { resolve } from 'node:path'
import { Failure } from '@douyin/proto'
import type { Container } from './probe.ts'

/** The command to run, with all that comes before ffmpeg's own arguments. */
export type Ffmpeg = string[]

/** The largest file that a run may write, unless it says otherwise: a picture of any size within the limits fits. */
const maxPictureBytes = 64 * 1024 * 1024

/** Finds ffmpeg: at `path`, or in PATH if undefined. Undefined if there is none, or `path` is empty or `none`. */
export function findFfmpeg(path: string | undefined): Ffmpeg | undefined {
  if (path === '' || path === 'none') return undefined
  const found = Bun.which(path ?? 'ffmpeg')
  return found ? [found] : undefined
}

let prlimit: string | null | undefined

/**
 * A few bytes can claim gigabytes of pixels. These limits on memory and output apply even if the probe was deceived. The
 * images have no prlimit: their ffmpeg limits itself, and reads the size of files from its environment.
 */
function limiter(maxFileBytes: number): string[] {
  prlimit ??= Bun.which('prlimit')
  return prlimit ? [prlimit, `--as=${1536 * 1024 * 1024}`, '--core=0', `--fsize=${maxFileBytes}`] : []
}

export interface Run {
  ffmpeg: Ffmpeg
  video: { path: string; container: Container }
  /** An empty folder for the outputs. */
  directory: string
  maxSide: number
  /** The largest file that may be written. */
  maxFileBytes?: number
  /** The failure for this text of ffmpeg; by default that the picture cannot be decoded. */
  failureOf?: (errorText: string) => Failure
  /** Seek position. Decoding begins at the key frame before it, and frames up to it get negative times. */
  fromSeconds?: number
  signal: AbortSignal
}

/**
 * Runs ffmpeg on the video. Returns the first `maxOutputBytes` of its standard output, or undefined if it was killed
 * because time ran out. Throws the failure of `failureOf` if it cannot do its work.
 */
export async function decode(run: Run, outputs: string[], maxOutputBytes: number): Promise<Uint8Array | undefined> {
  if (run.signal.aborted) return undefined
  const { maxFileBytes = maxPictureBytes } = run
  const child = Bun.spawn([...limiter(maxFileBytes), ...run.ffmpeg, ...inputArguments(run), ...outputs], {
    cwd: run.directory,
    env: { RLIMIT_FSIZE: String(maxFileBytes) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  run.signal.addEventListener('abort', kill, { once: true })
  try {
    const [output, errorBytes] = await Promise.all([
      firstBytes(child.stdout, maxOutputBytes),
      firstBytes(child.stderr, 8192),
      child.exited,
    ])
    if (child.exitCode === 0) return output
    if (run.signal.aborted) return undefined
    const errorText = new TextDecoder().decode(errorBytes)
    if (errorText.includes('No space left on device')) throw new Failure('DISK_FULL')
    if (errorText.includes('Resource temporarily unavailable')) throw new Failure('COVERS_UNAVAILABLE')
    throw run.failureOf?.(errorText) ?? new Failure('VIDEO_UNDECODABLE')
  } finally {
    run.signal.removeEventListener('abort', kill)
  }
}

/** The demuxer is fixed and only files are read: a playlist that pretends to be a video would name other files. */
function inputArguments({ video, maxSide, fromSeconds }: Run) {
  const demuxer = video.container === 'webm' ? 'matroska' : 'mov'
  // The caller drops the frames before this position. ffmpeg would need one more filter for that.
  const seekTo = (seconds: number) => ['-noaccurate_seek', '-ss', seconds.toFixed(3), '-itsoffset', '-0.001']
  const seeking = fromSeconds === undefined ? [] : seekTo(fromSeconds)
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', '-threads', '1', '-max_pixels', String(maxSide * maxSide)],
    ...[...seeking, '-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${resolve(video.path)}`],
  ]
}

/** Reads to the end, since a full pipe would block the writer, but returns only the first `count` bytes. */
async function firstBytes(stream: ReadableStream<Uint8Array>, count: number) {
  const first = new Uint8Array(count)
  let length = 0
  for await (const bytes of stream) {
    const part = bytes.subarray(0, count - length)
    first.set(part, length)
    length += part.length
  }
  return first.subarray(0, length)
}
