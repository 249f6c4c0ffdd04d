import { limits as textLimits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Endpoints } from '../endpoint/endpoint.ts'
import { count, largeCount } from '../endpoint/response-schemas.ts'
import { imageLimits } from '../media/image/image-upload.ts'
import type { MediaLimits } from '../media/media-limits.ts'
import type { Services } from '../services.ts'

const answer = {
  video_bytes: largeCount,
  video_seconds: largeCount,
  video_side: largeCount,
  video_fps: largeCount,
  upload_seconds: largeCount,
  uploads_per_day: largeCount,
  upload_bytes_per_day: largeCount,
  picture_bytes: largeCount,
  picture_side: count,
  picture_pixels: count,
  username_characters: count,
  password_characters: count,
  password_characters_min: count,
  title_characters: count,
  comment_characters: count,
  message_characters: count,
  signature_characters: count,
}

/** The limits of this server, so that a client can show them before the user chooses a file. */
export const limitsRoutes = ({ user }: Services, { anonymous }: Endpoints, media: MediaLimits) =>
  new Elysia({ prefix: '/douyin/limits' }).get(
    '/',
    anonymous(
      v.object({}),
      async () => ({
        video_bytes: media.maxBytes,
        video_seconds: media.maxSeconds,
        video_side: media.maxSide,
        video_fps: media.maxFps,
        upload_seconds: media.maxUploadSeconds,
        uploads_per_day: media.quota.uploads,
        upload_bytes_per_day: media.quota.bytes,
        picture_bytes: imageLimits.maxBytes,
        picture_side: imageLimits.maxSide,
        picture_pixels: imageLimits.maxPixels,
        ...textLimits,
        ...(await user.getLimits({})),
      }),
      { summary: 'What a video, a picture and a text may be', answer },
    ),
  )
