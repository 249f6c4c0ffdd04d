import * as v from 'valibot'

/** How much one account may upload within any 24 hours. */
export interface UploadQuota {
  uploads: number
  bytes: number
}

/** Limits on a video and on the work it may cause. Sides are in pixels, times in seconds. */
export interface MediaLimits {
  maxSide: number
  maxSeconds: number
  maxFps: number
  maxTracks: number
  /** Size of the video file. The other fields of the form are not included. */
  maxBytes: number
  /** From the first byte of an upload to the last. */
  maxUploadSeconds: number
  quota: UploadQuota
  /** Total time of all ffmpeg runs for one cover. */
  coverSeconds: number
  /** Number of covers drawn concurrently. */
  coverWorkers: number
}

const atLeastOne = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(1))

/** Entries for the config's `v.object`: environment strings in, numbers out. */
export const mediaSettings = {
  MAX_VIDEO_SIDE: v.optional(atLeastOne, '4096'),
  MAX_VIDEO_SECONDS: v.optional(atLeastOne, '600'),
  MAX_VIDEO_FPS: v.optional(atLeastOne, '120'),
  MAX_VIDEO_TRACKS: v.optional(atLeastOne, '8'),
  MAX_UPLOAD_BYTES: v.optional(atLeastOne, String(256 * 1024 * 1024)),
  MAX_UPLOAD_SECONDS: v.optional(atLeastOne, '3600'),
  MAX_UPLOADS_PER_DAY: v.optional(atLeastOne, '200'),
  MAX_UPLOAD_BYTES_PER_DAY: v.optional(atLeastOne, String(10 * 2 ** 30)),
  COVER_SECONDS: v.optional(atLeastOne, '15'),
  COVER_WORKERS: v.optional(atLeastOne, '2'),
  /** Path of ffmpeg. Empty or `none`: no ffmpeg. Not set: ffmpeg from PATH. */
  FFMPEG_PATH: v.optional(v.string()),
}

const settings = v.object(mediaSettings)

/** The limits from these settings. Without an argument, the defaults. */
export function mediaLimits(config: v.InferOutput<typeof settings> = v.parse(settings, {})): MediaLimits {
  return {
    maxSide: config.MAX_VIDEO_SIDE,
    maxSeconds: config.MAX_VIDEO_SECONDS,
    maxFps: config.MAX_VIDEO_FPS,
    maxTracks: config.MAX_VIDEO_TRACKS,
    maxBytes: config.MAX_UPLOAD_BYTES,
    maxUploadSeconds: config.MAX_UPLOAD_SECONDS,
    quota: { uploads: config.MAX_UPLOADS_PER_DAY, bytes: config.MAX_UPLOAD_BYTES_PER_DAY },
    coverSeconds: config.COVER_SECONDS,
    coverWorkers: config.COVER_WORKERS,
  }
}
