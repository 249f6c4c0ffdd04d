import { limits as textLimits } from '@douyin/proto'
import { Elysia } from 'elysia'
import * as v from 'valibot'
import type { Endpoints } from '../endpoint.ts'
import type { MediaLimits } from '../media/limits.ts'
import { pictureLimits } from '../media/portrait.ts'

/** What is in force here, so that a client can say so before somebody chooses a file. */
export const limitsRoutes = ({ open }: Endpoints, media: MediaLimits) =>
  new Elysia({ prefix: '/douyin/limits' }).get(
    '/',
    open(v.object({}), async () => ({
      video_bytes: media.maxBytes,
      video_seconds: media.maxSeconds,
      video_side: media.maxSide,
      video_fps: media.maxFps,
      picture_bytes: pictureLimits.maxBytes,
      picture_side: pictureLimits.maxSide,
      ...textLimits,
    })),
  )
