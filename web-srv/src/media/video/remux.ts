import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gate } from '@douyin/process'
import { Failure } from '@douyin/proto'
import type { MediaLimits } from '../media-limits.ts'
import { decode, type Ffmpeg } from './ffmpeg.ts'
import type { Clip, Container } from './probe.ts'

export interface RemuxedVideo {
  path: string
  container: Container
  sha256: string
}

/**
 * Writes one picture track and one sound track of a video into a new file in `directory`, with the index in front.
 * Nothing else of the upload is kept: no place, device, person or time, no other tracks, no bytes between the boxes. The
 * picture is copied. Sound that browsers may not play in an MP4 becomes AAC. Undefined without ffmpeg.
 * Throws VIDEO_CUT_OFF if the index names bytes that are not in the file.
 */
export type Remux = (video: { path: string; clip: Clip }, directory: string) => Promise<RemuxedVideo | undefined>

const maxSeconds = 120
/** A copy of 256 MiB takes about a second. */
const concurrency = 2
const maxWaiting = 256

export function remuxer(ffmpeg: Ffmpeg | undefined, limits: Pick<MediaLimits, 'maxSide' | 'maxBytes'>): Remux {
  const queue = gate({
    name: 'remuxes',
    concurrency,
    full: { waiting: maxWaiting, error: () => new Failure('TOO_MANY_WAITING_VIDEOS') },
  })
  return async ({ path, clip }, directory) => {
    if (!ffmpeg) return undefined
    return queue(async () => {
      const container = containerFor(clip)
      const target = `video.${container}`
      const run = {
        ffmpeg,
        directory,
        video: { path, container: clip.container },
        maxSide: limits.maxSide,
        // Sound that becomes AAC may need more bytes than before.
        maxFileBytes: 2 * limits.maxBytes,
        failureOf,
        signal: AbortSignal.timeout(maxSeconds * 1000),
      }
      if (!(await decode(run, outputs(clip, container, target), 0))) throw new Failure('VIDEO_TOO_SLOW_TO_EXAMINE')
      const written = join(directory, target)
      return { path: written, container, sha256: await hashOf(written) }
    })
  }
}

const playableSound = ['aac', 'mp3']
/** Picture codecs that an MP4 holds. A MOV holds all the others. */
const mp4Codecs = ['avc', 'hevc', 'vp9', 'av1']

function containerFor({ container, codec }: Clip): Container {
  if (container === 'webm') return 'webm'
  return mp4Codecs.includes(codec ?? '') ? 'mp4' : 'mov'
}

function outputs(clip: Clip, container: Container, target: string): string[] {
  const keepsSound = container === 'webm' || clip.sound === undefined || playableSound.includes(clip.sound ?? '')
  return [
    // A fragmented recording that lost power ends anywhere. In another file every byte that the index names must be there.
    ...(clip.fragmented || container === 'webm' ? [] : ['-xerror']),
    ...['-map', '0:V:0', '-map', '0:a:0?', '-c', 'copy', ...(keepsSound ? [] : aac)],
    ...['-map_metadata', '-1', '-map_metadata:s', '-1', '-map_chapters', '-1'],
    // Safari plays hvc1, not hev1.
    ...(clip.codec === 'hevc' ? ['-tag:v', 'hvc1'] : []),
    // Without the version of ffmpeg and random ids, so that the same upload makes the same file.
    ...['-fflags', '+bitexact', '-flags', '+bitexact'],
    ...(container === 'webm' ? ['-f', 'webm'] : ['-movflags', '+faststart', '-f', container]),
    `file:${target}`,
  ]
}

const aac = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2']

function failureOf(errorText: string): Failure {
  const isCutOff = /partial file|corrupt input packet/.test(errorText)
  return new Failure(isCutOff ? 'VIDEO_CUT_OFF' : 'VIDEO_DAMAGED')
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of Bun.file(path).stream()) hash.update(bytes)
  return hash.digest('hex')
}
